"""Words of ``xl-vqa settings``, in English and Japanese: what each setting does, as docs/settings.md says it."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

EXPLAINED: Final[dict[str, dict[str, str]]] = {
    "home": {
        "en": "Where settings.toml, the stored ratings, the host's state and the logs are. Not in the file, "
        "since the file is in it: XL_VQA_HOME alone. Default on Windows %LOCALAPPDATA%\\xl_vqa, on macOS "
        "~/Library/Application Support/xl_vqa, elsewhere $XDG_DATA_HOME/xl_vqa or ~/.local/share/xl_vqa.",
        "ja": "settings.toml、保存された評価、ホストの状態、ログを置くフォルダーです。このフォルダ"
        "ー内のファイルに書いても効果がないため、環境変数 XL_VQA_HOME だけで指定します。既定"
        "は Windows では %LOCALAPPDATA%\\xl_vqa、macOS では ~/Li"
        "brary/Application Support/xl_vqa、それ以外では $XDG_DAT"
        "A_HOME/xl_vqa または ~/.local/share/xl_vqa です。",
    },
    "language": {
        "en": "The language of every sentence, table and report.",
        "ja": "文章、表、レポートの言語です。",
    },
    "model": {
        "en": "The model that rates. 'xl-vqa models activate NAME' writes it.",
        "ja": "評価に使うモデルです。'xl-vqa models activate 名前' で書き込まれます。",
    },
    "adapter": {
        "en": "What was fine-tuned on top of the model.",
        "ja": "モデルに追加で学習させたアダプターです。",
    },
    "device": {
        "en": "Where the model computes. auto takes the first card that torch can use, else the CPU.",
        "ja": "モデルを計算する装置です。auto では torch が使える最初の GPU を、なければ CPU を使います。",
    },
    "dtype": {
        "en": "The number format of the model; int8 and nf4 hold a Qwen2.5-VL in 8 and 4 bit for less memory, "
        "which moves its scores (needs bitsandbytes). bfloat16 makes the starter quicker on processors with "
        "instructions for it, which moves its scores a little. Ratings are stored apart for each.",
        "ja": "モデルの数値形式です。int8 と nf4 は Qwen2.5-VL を 8 ビットと 4 ビットで置いてメモリを減らします"
        "が、スコアが変わります(bitsandbytes が必要)。bfloat16 では、専用命令のある CPU でスターターが"
        "速くなりますが、スコアがわずかに変わります。評価は形式ごとに別々に保存されます。",
    },
    "offline": {
        "en": "Never ask a model hub, even for a model that is not here.",
        "ja": "手元にないモデルでも、モデルハブに問い合わせません。",
    },
    "decoding": {
        "en": "How the label is read off the distribution. Stored ratings follow at once.",
        "ja": "ラベルを分布から読み取る方法です。保存済みの評価にもすぐに反映されます。",
    },
    "band_thresholds": {
        "en": "The lowest labels of Poor, Fair, Good and Excellent. Nothing means halfway between the ACR grades.",
        "ja": "「悪い」「普通」「良い」「非常に良い」の下限ラベルです。指定がなければ ACR の各段階の中間です。",
    },
    "profile": {
        "en": "How scores are read in your domain, wherever no other profile is named. 'xl-vqa calibrate' writes "
        "profiles.",
        "ja": "ほかのプロファイルを指定しないときに、スコアをどの分野の基準で読むかです。プロファイルは "
        "'xl-vqa calibrate' で作成します。",
    },
    "frames": {
        "en": "Frames looked at in a video. Nothing means what the model was taught with.",
        "ja": "1 本の動画で見るフレーム数です。指定がなければ、モデルが学習したときの値を使います。",
    },
    "fps": {
        "en": "Frames per second of the video instead, so that long videos get more: frames at the most, 64 "
        "where that is nothing.",
        "ja": "代わりに動画 1 秒あたりのフレーム数で指定し、長い動画ほど多く見ます。上限は frames で"
        "、その指定がなければ 64 です。",
    },
    "max_pixels": {
        "en": "Pixels of a frame after resizing, at the most. Nothing means what the model was taught with.",
        "ja": "縮小後の 1 フレームの最大画素数です。指定がなければ、モデルが学習したときの値を使います。",
    },
    "host_address": {
        "en": "The team's host that rates instead of this machine's. 'xl-vqa team join' writes it.",
        "ja": "この端末の代わりに評価を行うチームホストです。'xl-vqa team join' で書き込まれます。",
    },
    "port": {
        "en": "The host's port on the loopback address; 0 lets the system choose.",
        "ja": "ループバックアドレスで使うホストのポートです。0 ならシステムが選びます。",
    },
    "idle_minutes": {
        "en": "The host ends after this long without a request; 0 means never.",
        "ja": "要求がないままこの分数が過ぎると、ホストは終了します。0 なら終了しません。",
    },
    "start_timeout_s": {
        "en": "Seconds to wait for a host that is starting.",
        "ja": "起動中のホストを待つ秒数です。",
    },
    "batch_size": {
        "en": "Videos in one call of the model, at the most. Less needs less memory.",
        "ja": "モデルを 1 回呼び出すときの最大動画数です。少ないほどメモリを使いません。",
    },
    "decoder": {
        "en": "Who decodes. decord reads the files that it is proven to read exactly, PyAV the others; the "
        "pictures are the same.",
        "ja": "デコードに使うライブラリです。decord は正確に読めると確かめられたファイルだけを読み、残り"
        "は PyAV が読みます。得られる画像は同じです。",
    },
    "decode_threads": {
        "en": "Videos decoded at once while the model works.",
        "ja": "モデルの計算中に同時にデコードする動画の数です。",
    },
    "video_timeout_s": {
        "en": "Seconds without progress after which the reading of a video is given up.",
        "ja": "この秒数のあいだ読み込みが進まない動画は中止します。",
    },
    "video_memory_mb": {
        "en": "MiB that reading one video may take; 0 is a quarter of the machine's memory, 1024 to 4096.",
        "ja": "1 本の動画の読み込みに使えるメモリ(MiB)です。0 ならコンピューターのメモリの 4 分の 1"
        "(1024 から 4096)です。",
    },
    "torch_threads": {
        "en": "CPU threads of the model; 0 leaves it to torch.",
        "ja": "モデルが使う CPU スレッド数です。0 なら torch に任せます。",
    },
    "model_idle_minutes": {
        "en": "The model gives its memory back after this long without work, the host staying; 0 means never.",
        "ja": "作業がないままこの分数が過ぎると、モデルはメモリを解放し、ホストは残ります。0 なら解放しません。",
    },
    "model_cluster": {
        "en": "A Ray cluster (auto, local or HEAD:6379) whose replicas of the model rate in place of this "
        "machine's own.",
        "ja": "この端末のモデルの代わりに評価を行う Ray クラスターです(auto、local、または"
        "「ヘッドノード:6379」)。",
    },
    "replicas_min": {
        "en": "Replicas of the model that the cluster always keeps.",
        "ja": "クラスターで常に保持するモデルのレプリカ数です。",
    },
    "replicas_max": {
        "en": "Replicas at the most when there is much to do; 0: as many as there is room for.",
        "ja": "作業が多いときのレプリカ数の上限です。0 なら空きがあるだけ使います。",
    },
    "shared_store": {
        "en": "A team's PostgreSQL database (postgresql://person@host/database), in which ratings are looked for "
        "before the model is asked, and into which they are put. Neither paths nor prompts go there.",
        "ja": "チームの PostgreSQL データベース(postgresql://ユーザー@ホスト/データベース)です。モデルに"
        "尋ねる前に既存の評価を探し、新しい評価を登録します。パスもプロンプトも送りません。",
    },
    "log_format": {
        "en": "How logs are written: lines for people, or one JSON object a line.",
        "ja": "ログの形式です。text は読みやすい行、json は 1 行に 1 つの JSON オブジェクトです。",
    },
    "keep_days": {
        "en": "Ratings made longer ago than this many days are removed, with the paths that have none left, lines "
        "of logs and damaged copies of that age; 0 means never.",
        "ja": "この日数より前に作成された評価を削除します。評価のなくなったパス、同じ期間を過ぎたログの行、"
        "破損したファイルの控えも削除します。0 なら削除しません。",
    },
}
TEXTS: Final[dict[str, dict[str, str]]] = {
    "setting": {"en": "Setting", "ja": "設定"},
    "value": {"en": "Value", "ja": "値"},
    "from": {"en": "From", "ja": "指定元"},
    "default": {"en": "default", "ja": "既定"},
    "nothing": {"en": "(nothing)", "ja": "(なし)"},
    "more": {
        "en": "What one does: xl-vqa settings explain NAME. Change it: xl-vqa settings set NAME VALUE",
        "ja": "説明: xl-vqa settings explain NAME。変更: xl-vqa settings set NAME VALUE",
    },
    "is_now": {"en": "Now: {value}", "ja": "現在の値: {value}"},
    "by_default": {"en": "Default: {value}", "ja": "既定値: {value}"},
    "comes_from": {"en": "Comes from: {origin}", "ja": "指定元: {origin}"},
    "to_change": {
        "en": "Change it: 'xl-vqa settings set {name} VALUE', or {variable} in the environment",
        "ja": "変更: 'xl-vqa settings set {name} VALUE'、または環境変数 {variable}",
    },
    "written": {"en": "Written to {file}: {name} = {value}", "ja": "{file} に書き込みました: {name} = {value}"},
    "removed": {"en": "{name} is taken out of {file}.", "ja": "{file} から {name} を取り除きました。"},
    "holds_now": {"en": "{name} is now: {value}", "ja": "{name} の現在の値: {value}"},
    "overruled": {
        "en": "But {variable} in the environment goes before the file: remove it for {name} of the file to hold.",
        "ja": "ただし、環境変数 {variable} がファイルより優先されます。ファイルの {name} を有効にするには削除して"
        "ください。",
    },
}

tr: Final = Table(TEXTS)
