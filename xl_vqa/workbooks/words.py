"""Words that stand in result files and workbooks, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.result_columns import HEADINGS
from xl_vqa.words.table import Table

WORDS: Final[dict[str, dict[str, str]]] = {
    **HEADINGS,
    # sheets
    "results": {"en": "Results", "ja": "結果"},
    "summary": {"en": "Summary", "ja": "集計"},
    "comparison": {"en": "Comparison", "ja": "比較"},
    # summary
    "title": {"en": "Video quality scores", "ja": "動画品質スコア"},
    "made": {"en": "Made on {date}", "ja": "作成日時 {date}"},
    "videos": {"en": "Videos", "ja": "動画数"},
    "rated": {"en": "Rated", "ja": "評価済み"},
    "failed": {"en": "With an error", "ja": "エラー"},
    "mean_mos": {"en": "Mean MOS", "ja": "平均 MOS"},
    "median_mos": {"en": "Median MOS", "ja": "MOS の中央値"},
    "lowest_mos": {"en": "Lowest MOS", "ja": "最低 MOS"},
    "highest_mos": {"en": "Highest MOS", "ja": "最高 MOS"},
    "mean_confidence": {"en": "Mean confidence", "ja": "平均確信度"},
    "count": {"en": "Videos", "ja": "動画数"},
    "share": {"en": "Share", "ja": "割合"},
    "scores_from_to": {"en": "Scores", "ja": "スコア範囲"},
    "chart_bands": {"en": "Videos per band", "ja": "評価区分別の動画数"},
    "chart_labels": {"en": "Distribution of scores", "ja": "スコアの分布"},
    "page": {"en": "Page &P of &N", "ja": "&P / &N ページ"},
    # demo
    "content": {"en": "Clip", "ja": "動画"},
    "version": {"en": "Version", "ja": "種類"},
    "clean": {"en": "Clean", "ja": "元動画"},
    "degraded": {"en": "Degraded", "ja": "劣化版"},
    "difference": {"en": "Difference", "ja": "差"},
    "chart_comparison": {"en": "Clean and degraded versions", "ja": "元動画と劣化版の比較"},
    "comparison_note": {
        "en": "A clean clip should score above its degraded versions (difference above 0).",
        "ja": "元動画は劣化版より高いスコアになるはずです(差が 0 より大きい)。",
    },
    "no_comparison": {"en": "not rated", "ja": "未評価"},
    # notes of a plan
    "note_outside_table": {
        "en": "There is no room to widen the table {table}, so the scores stand outside it. Sorting the table "
        "does not move them: score the workbook again after sorting.",
        "ja": "テーブル「{table}」を広げる場所がないため、スコアはテーブルの外に書き込みます。"
        "テーブルを並べ替えてもスコアは動きません。並べ替えた後は、もう一度スコアを付けてください。",
    },
    "note_covered": {
        "en": "A chart or picture lies over the columns {columns}, where the scores stand. "
        "Move it aside in Excel.",
        "ja": "スコアを書き込む {columns} 列の上にグラフまたは図があります。Excel で移動してください。",
    },
    "note_signed": {
        "en": "The workbook is digitally signed; writing scores makes its signature invalid.",
        "ja": "このブックにはデジタル署名があります。スコアを書き込むと署名は無効になります。",
    },
    "note_text_unasked": {
        "en": "Column {column} looks like the prompts of AI-made videos and is not used; to rate the videos "
        "against it, name it (--text-column {letters}).",
        "ja": "{column} 列は AI 生成動画のプロンプトのようですが、使用していません。プロンプトに照らして"
        "評価するには、列を指定してください(--text-column {letters})。",
    },
    "note_text_unused": {
        "en": "The texts of column {column} do not count: the model {model} was not taught with texts. The scores "
        "say nothing of how well a video follows its text.",
        "ja": "{column} 列のテキストは評価に使われていません。モデル {model} はテキスト付きで学習していないため、"
        "スコアは動画がテキストにどれだけ沿っているかを示しません。",
    },
    "note_hidden": {
        "en": "{count} of the rows are hidden or filtered out; they are scored as well.",
        "ja": "非表示またはフィルターで隠れている行が {count} 行あります。これらの行も評価します。",
    },
}

word: Final = Table(WORDS)
