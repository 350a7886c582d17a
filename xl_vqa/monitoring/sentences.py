"""What people read where monitoring can say nothing: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "monitoring_error": {
        "en": "Nothing can be said of the scores: {problem}.",
        "ja": "スコアの変化を判断できません: {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "monitoring_no_store": {
        "en": "no rating is stored at {path} yet. Rate videos first, or give a sheet with their scores",
        "ja": "{path} に保存済みの評価がありません。先に動画を評価するか、スコアのあるシートを指定してください",
    },
    "monitoring_store_unreadable": {
        "en": "the store at {path} cannot be read ({why}). Start the scoring host once, which mends it",
        "ja": "{path} の保存データを読み込めません({why})。スコアリングホストを一度起動すると修復されます",
    },
    "monitoring_store_refused": {
        "en": "the store at {path} cannot be opened ({why})",
        "ja": "{path} の保存データを開けません({why})",
    },
    "monitoring_too_few": {
        "en": "no model has {fewest} ratings both in the reference and after it (the most: {reference} and "
        "{current}). Rate more videos, or choose another --since or --reference",
        "ja": "基準とその後の両方に {fewest} 件以上の評価があるモデルがありません(最多で {reference} 件と "
        "{current} 件)。評価を増やすか、別の --since または --reference を指定してください",
    },
    "monitoring_other_model": {
        "en": "the reference is of the model {reference}, the scores are of {current}. Models are not held "
        "against each other: choose a reference of the same one, or keep a new one with --save-reference",
        "ja": "基準のモデルは {reference}、スコアのモデルは {current} です。異なるモデルのスコアは"
        "比較できません。同じモデルの基準を指定するか、--save-reference で新しい基準を保存してください",
    },
    "monitoring_other_scale": {
        "en": "{count} scores of the column {column} in {path}, such as {value}, lie outside the labels {low} to "
        "{high}: they are of another scale. Name it with its labels, for example --scale {ends},0,100",
        "ja": "{path} の列 {column} のスコア {count} 件({value} など)がラベルの範囲 {low}~{high} の外にあり、別の"
        "尺度です。ラベルの範囲を含めて、--scale {ends},0,100 のように指定してください",
    },
    "monitoring_reference_file": {
        "en": "{path} is no reference that 'xl-vqa monitor --save-reference' wrote",
        "ja": "{path} は 'xl-vqa monitor --save-reference' で書き出した基準ではありません",
    },
    "monitoring_date": {
        "en": "--since {value} is no date; write it as 2026-11-29",
        "ja": "--since {value} は日付ではありません。2026-11-29 のように指定してください",
    },
    "monitoring_no_column": {
        "en": "{path} has no column {column} (it has: {columns})",
        "ja": "{path} に列 {column} がありません(列: {columns})",
    },
    "monitoring_no_page": {
        "en": "{path} was made by an earlier version and has no page Monitor; take its entries over into a "
        "new one "
        "with 'xl-vqa workbook new kpi --from old.xlsx -o kpi.xlsx'",
        "ja": "{path} は以前のバージョンで作成されたため「監視」シートがありません。"
        "'xl-vqa workbook new kpi --from old.xlsx -o kpi.xlsx' で新しい管理表に引き継いでください",
    },
    "monitoring_page_needs_tracker": {
        "en": "--page fills in the page of a KPI tracker; give one as the sheet ('xl-vqa workbook new kpi "
        "-o kpi.xlsx' "
        "makes it)",
        "ja": "--page は KPI 管理表のシートに記入します。シートとして KPI 管理表を指定してください"
        "('xl-vqa workbook new kpi -o kpi.xlsx' で作成できます)",
    },
    "monitoring_tracker_knows": {
        "en": "{path} is a KPI tracker, which names its columns and people's scale itself (sheet Settings); "
        "leave out "
        "{option}",
        "ja": "{path} は KPI 管理表で、列と人の尺度は「設定」シートで決まります。{option} を外してください",
    },
    "monitoring_two_references": {
        "en": "--since and --reference each name a reference; give one of them",
        "ja": "--since と --reference はどちらも基準を指定します。どちらか一方を指定してください",
    },
}
