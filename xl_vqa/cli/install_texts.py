"""Words of ``xl-vqa install`` and ``uninstall``, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "plan": {"en": "This is what would be done:", "ja": "実行する内容は次のとおりです:"},
    "plan_addin": {"en": "  build the add-in to {path}", "ja": "  アドインを {path} に作成します"},
    "plan_config": {
        "en": "  write xlwings' configuration to {path} (interpreter {python})",
        "ja": "  xlwings の設定を {path} に書き込みます(インタープリター {python})",
    },
    "plan_remove": {"en": "  remove {path}", "ja": "  {path} を削除します"},
    "plan_check": {
        "en": "  test the chain from Excel to the host",
        "ja": "  Excel からホストまでの接続を確認します",
    },
    "plan_untouched": {
        "en": "  no registry entry, macro policy or trust setting is touched, and no administrator is needed",
        "ja": "  レジストリ、マクロのポリシー、信頼設定は変更しません。管理者権限も不要です",
    },
    "not_windows": {
        "en": "Excel's add-in can be installed on Windows only. For LibreOffice: xl-vqa install --calc",
        "ja": "Excel アドインは Windows にのみインストールできます。LibreOffice の場合: xl-vqa install --calc",
    },
    "installed": {
        "en": "Installed. Start Excel again: it has a tab 'Video quality', and =VQA_SCORE(A2) works in all cells.",
        "ja": "インストールしました。Excel を再起動すると「動画品質」タブが表示され、=VQA_SCORE(A2) が使えます。",
    },
    "removed": {"en": "Removed {path}", "ja": "{path} を削除しました"},
    "nothing": {"en": "Nothing of it was installed.", "ja": "インストールされていませんでした。"},
    "data_kept": {
        "en": "Scores and settings stay in {path}. To remove them, too: xl-vqa forget --all",
        "ja": "スコアと設定は {path} に残ります。不要であれば次を実行してください: xl-vqa forget --all",
    },
    "installed_calc": {
        "en": "Installed in LibreOffice. Start it again.",
        "ja": "LibreOffice にインストールしました。再起動してください。",
    },
    "removed_calc": {"en": "Removed from LibreOffice.", "ja": "LibreOffice から削除しました。"},
    "good": {"en": "ok", "ja": "正常"},
    "bad": {"en": "to do", "ja": "要対処"},
    "check_addin": {"en": "Add-in in Excel's start folder", "ja": "Excel のスタートフォルダーのアドイン"},
    "check_addin_old": {
        "en": "Add-in is of another version",
        "ja": "アドインのバージョンが異なります",
    },
    "check_config": {"en": "xlwings' configuration", "ja": "xlwings の設定"},
    "check_interpreter": {"en": "Its Python", "ja": "設定された Python"},
    "check_process": {"en": "The functions load in it", "ja": "関数の読み込み"},
    "check_dll": {"en": "xlwings' DLL", "ja": "xlwings の DLL"},
    "check_host": {"en": "The scoring host starts", "ja": "スコアリングホストの起動"},
    "fix_addin": {"en": "Run: xl-vqa install", "ja": "xl-vqa install を実行してください"},
    "fix_addin_old": {
        "en": "Close Excel and run: xl-vqa install",
        "ja": "Excel を閉じてから xl-vqa install を実行してください",
    },
    "fix_config": {"en": "Run: xl-vqa install", "ja": "xl-vqa install を実行してください"},
    "fix_interpreter": {
        "en": "It was moved or removed. Run 'xl-vqa install' from the new place",
        "ja": "移動または削除されています。新しい場所から xl-vqa install を実行してください",
    },
    "fix_process": {"en": "Install xl_vqa again with pip", "ja": "pip で xl_vqa を再インストールしてください"},
    "fix_dll": {
        "en": "Run: pip install --force-reinstall xlwings",
        "ja": "pip install --force-reinstall xlwings を実行してください",
    },
    "fix_host": {"en": "Run: xl-vqa doctor", "ja": "xl-vqa doctor を実行してください"},
}

tr: Final = Table(TEXTS)
