"""`lantu approval read` as a shell sees it: JSON, tables, one sentence and a code for what cannot be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lantu.cli.exit_codes import EXIT_CODES
from lantu.cli.main import main
from lantu.core.errors import InputError
from shared_files import shared

_INPUT = EXIT_CODES[InputError]
_CASES = Path(__file__).parent / "cases"


def in_process(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: object, lang: str = "zh"
):
    """The same, without a new process: the parts that no process could change."""
    monkeypatch.setattr(sys, "argv", ["lantu", *map(str, words)])
    monkeypatch.setenv("LANTU_LANG", lang)
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), out, err)


def lantu(*words: object, lang: str = "zh") -> subprocess.CompletedProcess[str]:
    """Run the installed command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from lantu.cli.main import main; main()", *map(str, words)],
        capture_output=True, encoding="utf-8", timeout=300, check=False,
        env={**os.environ, "LANTU_LANG": lang, "COLUMNS": "200", "PYTHONUTF8": "1"},
    )  # fmt: skip


def test_the_four_counties() -> None:
    path = shared("approvals/seed.txt")
    done = lantu("approval", "read", path, "--json")
    assert done.returncode == 0, done.stderr
    source = path.read_text(encoding="utf-8")
    (found,) = json.loads(done.stdout)
    assert [len(plan["targets"]) for plan in found["plans"]] == [6, 6, 6, 6]
    assert found["decimal_points"] == ["U+1001B0"]
    wide = str.maketrans("0123456789.", "０１２３４５６７８９\U001001b0")
    for plan in found["plans"]:
        for target in plan["targets"]:
            words = source[slice(*target["span"])].replace("\n", "").replace(" ", "")
            assert target.get("value_text", "上级下达").translate(wide) in words
            sentence = source[slice(*target["sentence_span"])]
            assert source[slice(*target["span"])] in sentence
    assert {q["code"] for q in found["questions"]} <= {"approval.look_broken"}
    assert [piece["document_number"] for piece in found["other_pieces"]] == [None, "吉政办发〔2024〕11号"]


def test_several_files_give_one_array(capsys, monkeypatch) -> None:
    done = in_process(
        capsys,
        monkeypatch,
        "approval",
        "read",
        _CASES / "003-suixi-two-units.txt",
        _CASES / "028-suzhou-wuxi-one-page.txt",
        "--json",
    )
    assert [d["plans"][0]["area"] for d in json.loads(done.stdout)] == ["遂溪县", "苏州市", "无锡市"]


def test_questions_speak_both_languages_and_point_at_their_place(capsys, monkeypatch) -> None:
    path = _CASES / "070-digits-blotted-out.txt"
    (found,) = json.loads(in_process(capsys, monkeypatch, "approval", "read", path, "--json").stdout)
    source = path.read_text(encoding="utf-8")
    for question in found["questions"]:
        assert set(question["message"]) == {"zh", "en"}
        assert all(question["message"].values())
    assert any("6×.35" in source[slice(*q["span"])] for q in found["questions"])


def test_a_table_for_people() -> None:
    done = lantu("approval", "read", _CASES / "035-wrong-unit.txt")
    assert done.returncode == 0
    assert "304.02" in done.stdout
    assert "量纲不符" in done.stdout


def test_a_reply_without_quantities_is_read_and_says_so(capsys, monkeypatch) -> None:
    done = in_process(
        capsys, monkeypatch, "approval", "read", _CASES / "057-no-quantity-principles.txt", "--json"
    )
    (found,) = json.loads(done.stdout)
    assert done.returncode == 0
    assert [t["value"] for plan in found["plans"] for t in plan["targets"] if t["value"] is not None] == []
    assert "approval.no_targets" in {q["code"] for q in found["questions"]}


@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("empty.txt", b"", "是空的", "is empty"),
        ("blank.txt", " \n\u3000\n".encode(), "是空的", "is empty"),
        ("missing.txt", None, "找不到", "does not exist"),
        ("junk.bin", bytes(range(256)) * 40, "不是能识别的文本", "is no text"),
        ("news.txt", "今天天气很好。".encode(), "没有找到国土空间规划的批复", "holds no reply"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, capsys, monkeypatch, name: str, content: bytes | None, zh: str, en: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    for lang, words in (("zh", zh), ("en", en)):
        done = in_process(capsys, monkeypatch, "approval", "read", path, "--json", lang=lang)
        assert (done.returncode, done.stdout) == (_INPUT, "")
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 2  # the sentence, folded at most once
        assert "Traceback" not in done.stderr


def test_a_folder_is_no_file(tmp_path: Path, capsys, monkeypatch) -> None:
    done = in_process(capsys, monkeypatch, "approval", "read", tmp_path)
    assert done.returncode == _INPUT
    assert "文件夹" in done.stderr


def test_one_bad_file_spoils_no_output_silently(tmp_path: Path) -> None:
    done = lantu("approval", "read", _CASES / "003-suixi-two-units.txt", tmp_path / "none.txt", "--json")
    assert (done.returncode, done.stdout) == (_INPUT, "")
