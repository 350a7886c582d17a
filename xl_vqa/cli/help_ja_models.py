"""The help of ``xl-vqa models`` and ``xl-vqa store`` in Japanese, by its English text."""

from __future__ import annotations

from typing import Final

MODELS_JA: Final[dict[str, str]] = {
    # list, add, activate, remove
    "The models you can switch between.": "切り替えて使用できるモデル。",
    "Show every model, which one serves, and what is wrong with those that cannot.": (
        "すべてのモデルと使用中のモデル、使用できないモデルの理由を表示します。"
    ),
    "Enter a fine-tuned model, so that it can be activated by name. Its files stay where they are.": (
        "微調整したモデルを登録し、名前で切り替えられるようにします。ファイルは移動しません。"
    ),
    "Folder that 'xl-vqa train' made (an adapter or a whole model), or a "
    "hub name such as Qwen/Qwen2.5-VL-7B-Instruct.": (
        "xl-vqa train で作成したフォルダー(アダプターまたはモデル全体)、または "
        "Qwen/Qwen2.5-VL-7B-Instruct のような"
        "ハブのモデル名。"
    ),
    "What to call it; its own name by default.": "登録名。省略時はモデル自身の名前。",
    "Base model of an adapter; by default the adapter tells.": (
        "アダプターのベースモデル。省略時はアダプターの記載に従います。"
    ),
    "Make it serve, too, from the next rating on.": "登録し、次の評価から使用します。",
    "Make a model serve, from the next rating on. Ratings of the model before are kept.": (
        "次の評価から使用するモデルを切り替えます。以前のモデルの評価は残ります。"
    ),
    "A name from xl-vqa models list.": "xl-vqa models list に表示される名前。",
    "Forget a model; its files stay.": "モデルの登録を解除します。ファイルは残ります。",
    # show, pull, export, store
    "Show what a model was taught, and its card.": "モデルが何を学習したかと、そのカードを表示します。",
    "As JSON, with the card's text.": "JSON で出力します(カードの本文を含む)。",
    "Fetch a model from the hub and check every file. An interrupted download goes on where it stopped.": (
        "モデルをハブから取得し、すべてのファイルを検証します。中断したダウンロードは続きから再開します。"
    ),
    "A hub name such as Qwen/Qwen2.5-VL-7B-Instruct, with @revision behind it for one.": (
        "Qwen/Qwen2.5-VL-7B-Instruct のようなハブのモデル名。末尾に @revision を付けるとそのリビジョン。"
    ),
    "Ask no hub; check what is here. The setting 'offline' does the same.": (
        "ハブに接続せず、このコンピューターにあるファイルを検証します。設定 offline でも同じです。"
    ),
    "Write a model as one folder. Its labels' probabilities are those of its scores in the same dtype.": (
        "モデルを 1 つのフォルダーに書き出します。ラベルの確率は、同じ dtype でのスコアと同じです。"
    ),
    "The new folder: base and adapter as one model, for plain transformers.": (
        "新しいフォルダー。ベースモデルとアダプターを統合し、transformers だけで読み込めるようにします。"
    ),
    "float32, bfloat16 or float16; by default what the base model is kept in.": (
        "float32、bfloat16、float16 のいずれか。既定はベースモデルの保存形式。"
    ),
    # store
    "The stored ratings: what there is, and to and from another machine.": (
        "保存済みの評価の一覧、書き出し、読み込み(別のコンピューターとの受け渡し)。"
    ),
    "Show how many ratings are stored of each model, and since when.": (
        "モデルごとの保存済み評価の件数と期間を表示します。"
    ),
    "As JSON.": "JSON で出力します。",
    "Write every stored rating with its check value. The host may go on working.": (
        "保存済みの評価をすべて、検査値を付けて書き出します。ホストは動作したままで構いません。"
    ),
    "JSON lines (.jsonl) or, for a table, CSV (.csv); '-' prints JSON lines.": (
        "JSON Lines(.jsonl)、または表として CSV(.csv)。「-」で JSON Lines を標準出力に出力します。"
    ),
    "Leave out where the videos lay. Prompts are part of a rating.": (
        "動画の場所を含めません(プロンプトは評価の一部として含まれます)。"
    ),
    "Take ratings from another machine. What is here stays, and the same rating twice is nothing.\n\n"
    "Exit status: 0 all are here now, 1 some lines were not taken. The host is stopped for it.": (
        "別のコンピューターの評価を読み込みます。保存済みの評価は変わらず、同じ評価を二度読み込んでも"
        "何も起こりません。\n\n"
        "終了コード: 0 はすべて読み込み済み、1 は読み込まなかった行があることを示します。"
        "実行中はホストを停止します。"
    ),
    "What 'xl-vqa store export' wrote, here or elsewhere.": (
        "'xl-vqa store export' で書き出したファイル(別のコンピューターのものも可)。"
    ),
    "Take the file's score where another one is stored here.": (
        "別のスコアが保存されている場合、ファイルの値で置き換えます。"
    ),
}
