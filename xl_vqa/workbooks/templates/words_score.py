"""Words of the score sheet, English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.workbooks.templates.words_common import COMMON

SCORE: Final[dict[str, tuple[str, str]]] = {
    **COMMON,
    "title": ("Video quality scores", "動画品質スコア"),
    "scores": ("Scores", "スコア表"),
    "scores_note": (
        "List the videos in the yellow column, save, and run: xl-vqa workbook update FILE  "
        "(with --thumbnails for pictures)",
        "黄色の列に動画を記入して保存し、「xl-vqa workbook update ファイル」を実行してください"
        "(--thumbnails でサムネイルを追加)",
    ),
    "overview": ("Overview", "集計"),
    "overview_note": (
        "Computed from the score sheet; follows when rows change.",
        "スコア表から自動計算されます。行を変更すると更新されます。",
    ),
    "thumbnail": ("Thumbnail", "サムネイル"),
    "video": ("Video", "動画"),
    "time": ("Scored at", "採点日時"),
    "remark": ("Note", "備考"),
    "videos": ("Videos", "動画数"),
    "rated": ("Rated", "評価済み"),
    "errors": ("With an error or warning", "エラー・警告あり"),
    "mean": ("Mean score", "平均スコア"),
    "median": ("Median score", "スコアの中央値"),
    "lowest": ("Lowest score", "最低スコア"),
    "highest": ("Highest score", "最高スコア"),
    "confidence": ("Mean confidence", "平均確信度"),
    "m_videos": ("Rows of the list with a video.", "動画が記入されている行の数。"),
    "m_rated": ("Rows with a score.", "スコアのある行の数。"),
    "m_errors": (
        "Rows with a remark; the cell says what to do. A row with a warning may have a score.",
        "備考のある行の数。対処方法はセルに表示されます。警告の行にはスコアがある場合もあります。",
    ),
    "m_mean": ("Mean of all scores, on labels 10 to 50.", "全スコアの平均(ラベル 10~50)。"),
    "m_median": ("Half of the videos score below it.", "半数の動画がこの値を下回ります。"),
    "m_lowest": ("The video to look at first.", "最初に確認すべき動画のスコア。"),
    "m_highest": ("The best video of the list.", "最も良い動画のスコア。"),
    "m_confidence": (
        "How sure the model is of the band, on average.",
        "モデルが評価区分をどれだけ確信しているかの平均。",
    ),
    "band": ("Band", "評価区分"),
    "count": ("Videos", "動画数"),
    "share": ("Share", "割合"),
    "chart_bands": ("Videos per band", "評価区分別の動画数"),
    "sample_error": (
        "The file is not there: D:/videos/missing.mp4. Check the path.",
        "ファイルが見つかりません: D:/videos/missing.mp4。パスをご確認ください。",
    ),
}
