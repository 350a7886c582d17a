"""Tables of ratings as people and public sets keep them, each made in a folder: what reading_cases reads."""

from __future__ import annotations

import csv
import datetime
import json
import random
from pathlib import Path

from tests.datasets.builders import Rows, text, workbook

LEVELS = {"hi": 5, "mid": 3, "lo": 1}


CLIPS = [f"{scene}_{level}.mp4" for scene in ("bridge", "market", "snow", "violin") for level in LEVELS]


def score(clip: str, person: int = 0) -> int:
    """A whole score 1..5 that follows the clip's level; person 2 is milder on the middle."""
    level = LEVELS[clip[:-4].split("_")[1]]
    return level + (1 if level == 3 and person == 2 else 0)


def _csv(path: Path, rows: Rows, separator: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    return path


def dmos(folder: Path) -> Path:
    rows = [
        [f"{s}_{k}k.mp4", round(95 - k / 40, 2)] for s in ("dune", "ferry") for k in (300, 800, 1600, 2400, 3400)
    ]
    return text(folder / "dmos.csv", [["video", "DMOS"], *rows])


def dmos_without_marks(folder: Path) -> Path:
    return text(folder / "d.csv", [["Video", "dmos"], *[[c, 100 - 20 * score(c) + 0.5] for c in CLIPS]])


def rating_with_its_best_end(folder: Path) -> Path:
    rows = [["clip", "rater", "rating (1 = best)"], *[[c, p, 6 - score(c)] for c in CLIPS for p in "AB"]]
    return text(folder / "r.csv", rows)


def best_end_in_the_title(folder: Path) -> Path:
    rows = [
        ["評価尺度: 1=とても良い 5=とても悪い"],
        ["動画", "佐藤", "鈴木"],
        *[[c, 6 - score(c), 6 - score(c)] for c in CLIPS],
    ]
    return workbook(folder / "t.xlsx", {"結果": rows})


def qualities_as_columns(folder: Path) -> Path:
    rows = [
        ["video", "Technical", "Alignment", "Aesthetic"],
        *[[c, score(c), 6 - score(c), 2 + score(c) // 2] for c in CLIPS],
    ]
    return text(folder / "q.csv", rows)


def qualities_in_japanese(folder: Path) -> Path:
    rows = [
        ["動画", "鮮明さ", "動きの滑らかさ", "色味"],
        *[[c, score(c), 6 - score(c), 2 + score(c) // 2] for c in CLIPS],
    ]
    return workbook(folder / "q.xlsx", {"s": rows})


def qualities_nobody_lists(folder: Path) -> Path:
    rows = [["video", "crispness", "believability"], *[[c, score(c), 6 - score(c)] for c in CLIPS]]
    return text(folder / "q.csv", rows)


def qualities_beside_an_overall(folder: Path) -> Path:
    rows = [["video", "sharpness", "motion", "overall quality"], *[[c, 2, 3, score(c)] for c in CLIPS]]
    return text(folder / "q.csv", rows)


def qualities_per_rater(folder: Path) -> Path:
    rows = [["動画", "佐藤", None, "鈴木", None], [None, "総合", "鮮明さ", "総合", "鮮明さ"]]
    rows += [[c, score(c), 1, score(c, 2), 1] for c in CLIPS]
    return workbook(folder / "q.xlsx", {"s": rows}, {"s": ["A1:A2", "B1:C1", "D1:E1"]})


def qualities_as_rows(folder: Path) -> Path:
    rows = [["動画", "評価者", "項目", "点数"]]
    rows += [
        [c, p, q, score(c) if q == "総合" else 2] for c in CLIPS for p in "AB" for q in ("総合", "鮮明さ", "動き")
    ]
    return workbook(folder / "l.xlsx", {"s": rows})


def qualities_as_rows_without_an_overall(folder: Path) -> Path:
    rows = [["video", "worker_id", "dimension", "score"]]
    rows += [[c, p, q, score(c)] for c in CLIPS for p in "AB" for q in ("imaging quality", "motion smoothness")]
    return text(folder / "l.csv", rows)


def qualities_as_sheets(folder: Path) -> Path:
    sheets = {q: [["動画", "点数"], *[[c, score(c)] for c in CLIPS]] for q in ("鮮明さ", "動き")}
    return workbook(folder / "s.xlsx", sheets)


def sessions_as_rows(folder: Path) -> Path:
    rows = [["video", "subject", "session", "score"]]
    rows += [[c, p, s, score(c)] for c in CLIPS for p in "AB" for s in (1, 2)]
    return text(folder / "l.csv", rows)


def vote_counts(folder: Path) -> Path:
    r = random.Random(7)
    rows: list[list[object]] = [["video_name", "c1", "c2", "c3", "c4", "c5", "c_total", "MOS", "SD", "MOS_zscore"]]
    for clip in CLIPS:
        c = [r.randrange(0, 9) for _ in range(5)]
        c[score(clip) - 1] += 60
        n = sum(c)
        mean = sum((k + 1) * x for k, x in enumerate(c)) / n
        rows.append([clip, *c, n, f"{mean:.4f}", 0.7, f"{1 + (mean - 1) / 4 * 99:.3f}"])
    return text(folder / "v.csv", rows)


def vote_counts_under_words(folder: Path) -> Path:
    head = ["動画", "非常に悪い", "悪い", "普通", "良い", "非常に良い"]
    rows = [[c, *(12 if k == score(c) else 2 for k in range(1, 6))] for c in CLIPS]
    return workbook(folder / "v.xlsx", {"s": [head, *rows]})


def small_vote_counts(folder: Path) -> Path:
    rows = [[c, *(2 + k % 2 if k == score(c) else 1 + k % 2 for k in range(1, 6))] for c in CLIPS]
    rows[0][1] = 4
    return text(folder / "v.csv", [["video", "n1", "n2", "n3", "n4", "n5"], *rows])


def numbered_raters_on_another_scale(folder: Path) -> Path:
    rows = [[c, *(20 * score(c) - k for k in range(4))] for c in CLIPS]
    return text(folder / "n.csv", [["Stimulus", *[f"Subject {k}" for k in range(1, 5)]], *rows])


def half_points_and_a_mean(folder: Path) -> Path:
    people = [1001, 1002, 1003]
    rows = [[c, score(c) - 0.5 * (score(c) > 1), score(c), score(c)] for c in CLIPS]
    rows = [[*row, round(sum(row[1:]) / 3, 2), 0.3] for row in rows]  # type: ignore[arg-type]
    return text(folder / "h.csv", [["File", *people, "Average", "Std. dev."], *rows])


def half_points_and_an_uncomputed_mean(folder: Path) -> Path:
    rows: list[list[object]] = [
        ["ACR test, room 2"],
        [],
        ["File", "Session 1", None, "Session 2", None, "Result", None],
    ]
    rows.append([None, 1001, 1002, 1003, 1004, "Average", "Std. dev."])
    for k, c in enumerate(CLIPS):
        y = 5 + k
        rows.append(
            [
                c,
                score(c) - 0.5 * (score(c) > 1),
                score(c),
                score(c),
                score(c),
                f"=AVERAGE(B{y}:E{y})",
                f"=STDEV(B{y}:E{y})",
            ]
        )
    rows += [[], ["Mean of raters", *[f"=AVERAGE({x}5:{x}16)" for x in "BCDE"]]]
    return workbook(
        folder / "u.xlsx", {"Session results": rows}, {"Session results": ["A3:A4", "B3:C3", "D3:E3", "F3:G3"]}
    )


def totals_below(folder: Path) -> Path:
    rows = [["video", "A", "B"], *[[c, score(c), score(c, 2)] for c in CLIPS]]
    rows += [
        ["Observer average", 3.1, 3.2],
        ["Mean of room 2", 3, 3],
        ["評価者平均", 3, 3],
        ["Std. dev. per rater", 1, 1],
    ]
    return text(folder / "t.csv", rows)


def form_export(folder: Path) -> Path:
    words = {5: "Excellent", 4: "Good", 3: "Fair", 2: "Poor", 1: "Bad"}
    rows: list[list[object]] = [["Timestamp", "Your group", *[f"How do you rate this clip? [{c}]" for c in CLIPS]]]
    rows += [
        [f"11/{k + 1:02}/2026 14:0{k}:11", "AB"[k % 2], *[f"{score(c, k)} ({words[score(c, k)]})" for c in CLIPS]]
        for k in range(4)
    ]
    return workbook(folder / "f.xlsx", {"Form responses 1": rows})


def people_as_rows(folder: Path) -> Path:
    rows = [["評価者", *CLIPS], *[[f"評価者{k}", *[score(c, k) for c in CLIPS]] for k in range(1, 5)]]
    return workbook(folder / "p.xlsx", {"s": rows})


def form_without_endings(folder: Path) -> Path:
    rows: list[list[object]] = [["メールアドレス", *[f"この映像の画質は? [{c[:-4]}]" for c in CLIPS]]]
    rows += [[f"p{k}@example.com", *[score(c, k) for c in CLIPS]] for k in range(4)]
    return text(folder / "f.csv", rows)


def form_of_two_questions(folder: Path) -> Path:
    asked = ("Sharpness", "Overall quality")
    rows: list[list[object]] = [["Name", *[f"{q} [{c}]" for c in CLIPS for q in asked]]]
    rows += [[n, *[score(c) if q == asked[1] else 1 for c in CLIPS for q in asked]] for n in ("Ada", "Ben")]
    return text(folder / "f.csv", rows)


def statistics_as_rows(folder: Path) -> Path:
    rows = [["", *CLIPS], ["MOS", *[score(c) + 0.25 for c in CLIPS]], ["SD", *[0.5] * 12], ["N", *[20] * 12]]
    return text(folder / "s.csv", rows)


def two_tests(folder: Path) -> Path:
    def sheet(clips: list[str], harsher: int) -> Rows:
        people = [f"Subject {k}" for k in range(1, 5)]
        return [["PVS", *people], *[[c, *[max(1, score(c, k) - harsher) for k in range(4)]] for c in clips]]

    good = [c for c in CLIPS if "_lo" not in c]
    return workbook(
        folder / "tests.xlsx",
        {
            "Test 1": sheet(good[:5], 0),
            "Test 2": sheet(good[2:], 1),
            "Remarks": [["The second room was brighter."]],
        },
    )


def a_summary_sheet(folder: Path) -> Path:
    raw = [["video", "A", "B"], *[[c, score(c), score(c, 2)] for c in CLIPS]]
    means = [["video", "MOS"], *[[c, (score(c) + score(c, 2)) / 2] for c in CLIPS]]
    rates = [["video", "bit rate"], *[[c, 4000] for c in CLIPS]]
    return workbook(folder / "r.xlsx", {"raw": raw, "summary": means, "encodes": rates})


def marks(folder: Path) -> Path:
    mark = {5: "◎", 4: "○", 3: "△", 1: "×"}
    return workbook(
        folder / "m.xlsx",
        {"s": [["動画", "山田", "李"], *[[c, mark[score(c)], mark[score(c, 2)]] for c in CLIPS]]},
    )


def days(folder: Path) -> Path:
    """Typed as 3.2 where a point stands in dates."""
    made = [[c, datetime.date(2026, score(c), 1 + score(c) // 2)] for c in CLIPS if score(c) < 5]
    return workbook(folder / "d.xlsx", {"s": [["video", "MOS"], *made]})


def stars_of_five(folder: Path) -> Path:
    """Typed as 4/5."""
    made = [[c, *[datetime.date(2026, score(c, person), 5) for person in (1, 2)]] for c in CLIPS]
    return workbook(folder / "d.xlsx", {"s": [["動画", "評価者1", "評価者2"], *made]})


def letters(folder: Path) -> Path:
    rows = [
        ["video", "rater 1", "rater 2"],
        *[[c, "EDCBA"[score(c) - 1], "EDCBA"[score(c, 2) - 1]] for c in CLIPS],
    ]
    return text(folder / "l.csv", rows)


def words_of_another_scale(folder: Path) -> Path:
    word = {5: "優", 4: "良", 3: "可", 1: "不可"}
    return text(
        folder / "w.csv",
        [["動画", "評価者A", "評価者B"], *[[c, word[score(c)], word[score(c, 2)]] for c in CLIPS]],
    )


def percents(folder: Path) -> Path:
    rows = [["clip", "viewer", "opinion"], *[[c, p, f"{20 * score(c)}%"] for c in CLIPS for p in "AB"]]
    return text(folder / "p.csv", rows)


def spellings(folder: Path) -> Path:
    ways = [
        "{v} ({w})",
        "{w} ({v})",
        "{v} - {w}",
        "{v}/5",
        "{v}",
        "{v},0",
        "{v}.0",
        "{v} stars",
        "{w}",
        "{v}*",
        "★{v}",
    ]
    words = {5: "Excellent", 4: "Good", 3: "Fair", 2: "Poor", 1: "Bad"}
    rows = [
        [c, f"viewer {p}", ways[(3 * k + p) % len(ways)].format(v=score(c), w=words[score(c)])]
        for k, c in enumerate(CLIPS)
        for p in range(3)
    ]
    return text(folder / "s.csv", [["clip", "viewer", "opinion"], *rows], separator=";")


def four_points(folder: Path) -> Path:
    rows = [[c, *[min(4, max(1, score(c) - 1 + k % 2)) for k in range(4)]] for c in CLIPS]
    return text(folder / "f.csv", [["Video", "R1", "R2", "R3", "R4"], *rows])


def ids_for_names(folder: Path) -> Path:
    rows = [[3_000_000_000 + k, 4.1, 30.2, round(0.9 * score(c) + 0.3, 2)] for k, c in enumerate(CLIPS)]
    return text(folder / "i.csv", [["flickr_id", "blur", "SI", "MOS"], *rows])


def blank_separated(folder: Path) -> Path:
    lines = [
        f"{c[:-4]} 248 (2160,3840,3) {10.25 * score(c) + 0.01:.2f} {12.5 * score(c) + 0.02:.2f}\n" for c in CLIPS
    ]
    (folder / "pairs.txt").write_text("".join(lines))
    return folder / "pairs.txt"


def name_and_score(folder: Path) -> Path:
    (folder / "l.txt").write_text("".join(f"clips/{c} {score(c) + 0.25}\n" for c in CLIPS))
    return folder / "l.txt"


def json_records(folder: Path) -> Path:
    rows = [{"video_path": c, "prompt": f"scene {k}", "gt_score": score(c) + 0.25} for k, c in enumerate(CLIPS)]
    rows[3]["gt_score"] = float("nan")
    (folder / "labels.json").write_text(json.dumps(rows, indent=1))
    return folder / "labels.json"


def json_lines(folder: Path) -> Path:
    rows = [{"video": c, "ratings": {"Ada": score(c), "Ben": score(c, 2)}} for c in CLIPS]
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "labels.jsonl"


def json_by_video(folder: Path) -> Path:
    (folder / "s.json").write_text(json.dumps({c: {"scores": [score(c), score(c, 2), 5]} for c in CLIPS}))
    return folder / "s.json"


def json_conversations(folder: Path) -> Path:
    rows = [
        {
            "videos": [c],
            "messages": [
                {"role": "user", "content": "<video>Rate it."},
                {"role": "assistant", "content": str(score(c) + 0.5 * (score(c) < 5))},
            ],
        }
        for c in CLIPS
    ]
    (folder / "chat.json").write_text(json.dumps(rows))
    return folder / "chat.json"


def json_benchmark(folder: Path) -> Path:
    records = [{"video_path": f"./videos/{c}", "video_results": score(c) / 5} for c in CLIPS]
    (folder / "b.json").write_text(
        json.dumps({"imaging_quality": [0.6, records], "motion_smoothness": [0.9, records]})
    )
    return folder / "b.json"


def impairment_in_brackets(folder: Path) -> Path:
    rows = [[c, 5 - score(c)] for c in CLIPS for _ in "ab"]
    return _csv(folder / "i.csv", [["clip", "annoyance (0 = none, 4 = very annoying)"], *rows])


def words_of_nobodys_list_tell_rows_apart(folder: Path) -> Path:
    rows = [[c, k, p, score(c)] for c in CLIPS for k in ("foo", "bar") for p in "AB"]
    return text(folder / "w.csv", [["video", "kind", "annotator", "rating"], *rows])


def votes_in_japanese(folder: Path) -> Path:
    head = ["動画", *[f"{k}点の人数" for k in range(5, 0, -1)]]
    return text(
        folder / "v.csv", [head, *[[c, *(16 if k == score(c) else 1 for k in range(5, 0, -1))] for c in CLIPS]]
    )


def votes_of_words_with_a_total(folder: Path) -> Path:
    head = ["video", "n_bad", "n_poor", "n_fair", "n_good", "n_excellent", "n_total"]
    return text(
        folder / "v.csv", [head, *[[c, *(8 if k == score(c) else 1 for k in range(1, 6)), 12] for c in CLIPS]]
    )


def votes_as_shares(folder: Path) -> Path:
    rows = [[c, *(0.6 if k == score(c) else 0.1 for k in range(1, 6))] for c in CLIPS]
    return text(folder / "v.csv", [["video", "p1", "p2", "p3", "p4", "p5"], *rows])


def form_with_the_name_in_the_question(folder: Path) -> Path:
    rows: list[list[object]] = [["タイムスタンプ", "お名前", *[f"「{c}」の画質を評価してください" for c in CLIPS]]]
    rows += [["2026/1/1", n, *[score(c, k) for c in CLIPS]] for k, n in enumerate(("佐藤", "鈴木", "高橋"))]
    return workbook(folder / "f.xlsx", {"回答": rows})


def form_with_numbered_questions(folder: Path) -> Path:
    rows: list[list[object]] = [["Timestamp", *[f"Clip {k}: {c}" for k, c in enumerate(CLIPS, 1)]]]
    rows += [["2026/1/1", *[score(c, k) for c in CLIPS]] for k in range(4)]
    return text(folder / "f.csv", rows)


def people_as_rows_without_endings(folder: Path) -> Path:
    rows = [
        ["Observer", *[c[:-4] for c in CLIPS]],
        *[[f"Obs {k}", *[score(c, k) for c in CLIPS]] for k in range(3)],
    ]
    return text(folder / "p.csv", rows)


def numbers_for_names_with_blanks(folder: Path) -> Path:
    (folder / "n.txt").write_text(
        "".join(f"{5_000_000 + k} {0.6 + 0.8 * score(c):.2f} 0.6\n" for k, c in enumerate(CLIPS))
    )
    return folder / "n.txt"


def tenths(folder: Path) -> Path:
    rows = [[c, f"{2 * score(c)}/10", f"{2 * score(c) - 1}/10"] for c in CLIPS]
    return text(folder / "t.csv", [["video", "rater 1", "rater 2"], *rows])


def percents_under_names(folder: Path) -> Path:
    rows = [[c, f"{20 * score(c)}%", f"{20 * score(c, 2)}%"] for c in CLIPS]
    return text(folder / "p.csv", [["video", "Ann", "Bob"], *rows])


def clips_under_a_source_header(folder: Path) -> Path:
    return text(folder / "s.csv", [["素材", "佐藤", "鈴木"], *[[c, score(c), score(c)] for c in CLIPS]])
