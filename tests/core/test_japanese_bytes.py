"""Shift_JIS, EUC-JP and ISO-2022-JP are told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_vqa.words.japanese_bytes import decode_japanese

TABLES = (
    "動画,評価者1,佐藤\na.mp4,4,良い\n",
    "video,評価\na.mp4,4\n",
    "動画,点数\n桜.mp4,５\n",
    "ファイル名,スコア\nテスト.mp4,4\n",
)
KANA = st.characters(min_codepoint=0x3041, max_codepoint=0x3093)


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "iso2022_jp"])
@pytest.mark.parametrize("text", TABLES)
def test_a_table_is_read_in_each_encoding(text: str, encoding: str) -> None:
    assert decode_japanese(text.encode(encoding)) == text


@pytest.mark.parametrize("text", ["ﾋｮｳｶ,ﾃｽﾄ\na.mp4,4\n", "ﾄﾞｳｶﾞ,ﾃﾝ\na.mp4,4\n", "動画,ﾃｽﾄ\na.mp4,4\n"])
def test_half_width_katakana_stay_shift_jis(text: str) -> None:
    assert decode_japanese(text.encode("cp932")) == text


@given(st.text(KANA, min_size=1), st.sampled_from(["cp932", "euc_jp", "iso2022_jp"]))
def test_kana_are_read_in_each_encoding(text: str, encoding: str) -> None:
    assert decode_japanese(text.encode(encoding)) == text


def test_what_is_in_none_of_them_raises() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode_japanese(b"caf\xe9,1\n")
