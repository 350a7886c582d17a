"""What ``=VQA_SCORE(A2)`` and its siblings are: names, arguments, help texts, kinds of result.

Neither Excel nor LibreOffice is named here. Both build their wrappers and their function wizard from
``FUNCTIONS`` and call ``xl_vqa.worksheet.evaluate.evaluate``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from xl_vqa.words.table import one_of

Kind = Literal["number", "text"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages."""

    en: str
    ja: str

    def of(self, language: str) -> str:
        return one_of((self.en, self.ja), language)


@dataclass(frozen=True, slots=True)
class Argument:
    """``name`` is what the function wizard shows; it is an identifier in every program's own language."""

    name: str
    help: Words
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """``asks_host`` is False for what is computed here; ``kind`` is what a finished cell holds."""

    name: str
    help: Words
    arguments: tuple[Argument, ...]
    kind: Kind
    asks_host: bool = True

    @property
    def required(self) -> int:
        """How many arguments must be given."""
        return sum(not argument.optional for argument in self.arguments)


CATEGORY: Final = Words("Video quality", "動画品質")

VIDEO: Final = Argument(
    "video",
    Words(
        "Path of a video, or a range of paths. A relative path starts at the workbook's folder.",
        "動画のパス、またはパスのセル範囲。相対パスはブックのフォルダーを基準とします。",
    ),
)
TEXT: Final = Argument(
    "text",
    Words(
        "For AI-made videos: the prompt that the video was generated from (optional).",
        "AI 生成動画の場合、生成に使ったプロンプト(省略可)。",
    ),
    optional=True,
)
PROFILE: Final = Argument(
    "profile",
    Words(
        "Name of a profile: your domain's, as 'xl-vqa calibrate' made it, or other settings (optional).",
        "プロファイル名。'xl-vqa calibrate' で作成した分野の基準や、別の設定で評価するときに指定します(省略可)。",
    ),
    optional=True,
)
# not "attribute": VBA keeps that word for itself, and would read none of the module
ATTRIBUTE: Final = Argument(
    "quality",
    Words(
        "The quality: sharpness, blockiness, noise, motion smoothness, flicker, exposure, colour or deformation, "
        "or what the model was taught beside them.",
        "評価する項目。鮮鋭さ、ブロックノイズの少なさ、ノイズの少なさ、動きの滑らかさ、ちらつきの少なさ、露出、色、"
        "形の崩れの少なさ、またはモデルが学習したその他の項目。",
    ),
)
_OF_A_VIDEO: Final = (VIDEO, TEXT, PROFILE)

FUNCTIONS: Final = (
    Function(
        "VQA_SCORE",
        Words(
            "Quality of a video as an integer label from 10 (bad) to 50 (excellent).",
            "動画の品質を 10(非常に悪い)から 50(非常に良い)の整数ラベルで返します。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_MOS",
        Words(
            "Quality of a video as a mean opinion score, usually from 1 to 5.",
            "動画の品質を平均オピニオン評点(MOS、通常 1 から 5)で返します。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_BAND",
        Words(
            "Category of a video's quality: Excellent, Good, Fair, Poor or Bad.",
            "動画の品質の評価区分(非常に良い、良い、普通、悪い、非常に悪い)を返します。",
        ),
        _OF_A_VIDEO,
        "text",
    ),
    Function(
        "VQA_CONFIDENCE",
        Words(
            "How sure the model is of the category, from 0 to 1.",
            "評価区分に対するモデルの確信度(0 から 1)を返します。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_DECISION",
        Words(
            "Accept, Review or Reject, by the limits of a profile that 'xl-vqa calibrate' made.",
            "'xl-vqa calibrate' で作成したプロファイルの限界による、合格・要確認・不合格を返します。",
        ),
        _OF_A_VIDEO,
        "text",
    ),
    Function(
        "VQA_RANK",
        Words(
            "The share of a profile's rated videos that a video is better than, from 0 to 1.",
            "プロファイルの評価済み動画のうち、この動画の方が品質の良いものの割合(0 から 1)を返します。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_LOW",
        Words(
            "Lower end of the interval that holds people's MOS, by a profile; it holds 90% of videos.",
            "人の MOS を含む区間の下端を、プロファイルにより返します(動画の 90% を含む区間)。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_HIGH",
        Words(
            "Upper end of the interval that holds people's MOS, by a profile; it holds 90% of videos.",
            "人の MOS を含む区間の上端を、プロファイルにより返します(動画の 90% を含む区間)。",
        ),
        _OF_A_VIDEO,
        "number",
    ),
    Function(
        "VQA_ATTRIBUTE",
        Words(
            "One quality of a video, such as its noise, as an integer label from 10 (bad) to 50 (excellent).",
            "動画の品質を項目別に(ノイズの少なさなど)、10(非常に悪い)から 50(非常に良い)の整数ラベルで返します。",
        ),
        (VIDEO, ATTRIBUTE, TEXT, PROFILE),
        "number",
    ),
    Function(
        "VQA_WHY",
        Words(
            "Why a video has its score, in one sentence: what is wrong, when and where. Takes several times as "
            "long as a score.",
            "スコアの理由を 1 文で返します(何が、いつ、どこで悪いか)。スコアの数倍の時間がかかります。",
        ),
        _OF_A_VIDEO,
        "text",
    ),
    Function(
        "VQA_LABEL",
        Words(
            "The integer label (10 to 50) of a mean opinion score that people gave.",
            "人による平均オピニオン評点(MOS)に対応する整数ラベル(10 から 50)を返します。",
        ),
        (
            Argument("mos", Words("The score, or a range of scores.", "評点、または評点のセル範囲。")),
            Argument(
                "lowest",
                Words("Lowest score of the scale (1 if omitted).", "尺度の最低点(省略時は 1)。"),
                optional=True,
            ),
            Argument(
                "highest",
                Words("Highest score of the scale (5 if omitted).", "尺度の最高点(省略時は 5)。"),
                optional=True,
            ),
        ),
        "number",
        asks_host=False,
    ),
    Function(
        "VQA_ERROR",
        Words(
            "Why a video has no score and what to do about it; empty where all is well.",
            "スコアが得られない理由と対処を返します。問題がなければ空文字列です。",
        ),
        (*_OF_A_VIDEO, Argument(ATTRIBUTE.name, ATTRIBUTE.help, optional=True)),
        "text",
    ),
    Function(
        "VQA_STATUS",
        Words(
            "Where a video's rating stands, and what to know of it; without an argument, how many are done and "
            "waiting.",
            "動画の評価状況と注意点を返します。引数を省略すると、評価済みと評価中の件数を返します。",
        ),
        (Argument(VIDEO.name, VIDEO.help, optional=True), TEXT, PROFILE),
        "text",
    ),
)

BY_NAME: Final = {function.name: function for function in FUNCTIONS}
