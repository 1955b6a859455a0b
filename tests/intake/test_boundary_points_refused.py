"""界址点坐标 TXT that surveyors should mend: what is wrong, in which line, what is likely meant."""

from __future__ import annotations

import pytest

from intake.boundary_files import FIRST, HEAD, SQUARE, plot, refused, square
from lantu.lawbook.messages import message

GOOD = HEAD + SQUARE
POINTS = SQUARE.splitlines()[1:]


def lines(*points: str, count: int | None = None) -> str:
    """Return a file of one plot with these lines of points."""
    return HEAD + f"{len(points) if count is None else count},,1,甲,面,,,,@\n" + "\n".join(points) + "\n"


@pytest.mark.parametrize("data", [b"", b" \r\n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_empty(data: bytes) -> None:
    assert refused(data).code == "boundary.empty"


def test_no_such_file_at_all() -> None:
    error = refused("关于报送材料的函\n附件：红线\n")
    assert (error.code, error.params["line"]) == ("boundary.no_section", 1)
    error = refused(SQUARE)
    assert (error.code, error.params["line"]) == ("boundary.no_section", 1)


def test_a_head_without_plots_and_a_section_without_plots() -> None:
    assert refused(HEAD.replace("[地块坐标]\n", "")).code == "boundary.no_plots"
    error = refused(HEAD)
    assert (error.code, error.params["line"]) == ("boundary.no_plots", FIRST - 1)


@pytest.mark.parametrize("data", [b"\xff\xfe\x00\xd8\x00", GOOD.encode() + b"\xff\xff", b"\x00\x01\x02[\x00"])
def test_bytes_that_are_no_text(data: bytes) -> None:
    assert refused(data).code == "boundary.encoding"


def test_mixed_encodings_name_the_line() -> None:
    error = refused(GOOD.encode().replace("甲".encode(), "甲".encode("gbk")))
    assert (error.code, error.params["line"]) == ("boundary.encoding", FIRST)


def test_two_files_joined() -> None:
    error = refused(GOOD + GOOD)
    assert error.code in ("boundary.section_twice", "boundary.bad_line")
    assert error.params["line"] == GOOD.count("\n") + 1


# --- the head -----------------------------------------------------------------------------------------


def test_no_head_proposes_the_zone_and_takes_none() -> None:
    error = refused("[地块坐标]\n" + SQUARE)
    assert (error.code, error.params["zones"]) == ("boundary.no_header", "41")
    assert refused("[地块坐标]\n" + plot(square(0, 0, 100), prefix=0)).params["zones"] == "–"


@pytest.mark.parametrize("key", ["坐标系", "几度分带"])
def test_a_key_that_is_needed(key: str) -> None:
    kept = [line for line in HEAD.splitlines() if not line.startswith(key)]
    error = refused("\n".join(kept) + "\n" + SQUARE)
    assert (error.code, error.params["key"]) == ("boundary.no_key", key)
    blank = [f"{key}=" if line.startswith(key) else line for line in HEAD.splitlines()]
    assert refused("\n".join(blank) + "\n" + SQUARE).code == "boundary.no_key"


@pytest.mark.parametrize(
    ("name", "said"),
    [("1980西安坐标系", "西安80"), ("西安80", "西安80"), ("Xian_1980", "西安80"),
     ("1954年北京坐标系", "北京54"), ("WGS84", "WGS84"), ("WGS-84坐标系", "WGS84")],
)  # fmt: skip
def test_another_datum(name: str, said: str) -> None:
    error = refused(GOOD.replace("2000国家大地坐标系", name))
    assert (error.code, error.params["line"], error.params["crs"]) == ("boundary.other_system", 5, name)
    assert said in message(error.code, "zh", **error.params)


@pytest.mark.parametrize("name", ["某市独立坐标系", "地方坐标系", "12000国家大地坐标系", "CGCS2000经纬度"])
def test_a_system_that_nobody_knows(name: str) -> None:
    assert refused(GOOD.replace("=2000国家大地坐标系", f"={name}")).code == "boundary.unknown_system"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [("几度分带=3", "几度分带=1.5", "几度分带"), ("带号=41", "带号=123", "带号"),
     ("带号=41", "带号=24", "带号"), ("带号=41", "带号=四十一", "带号"),
     ("投影类型=高斯克吕格", "投影类型=UTM", "投影类型"),
     ("计量单位=米", "计量单位=千米", "计量单位")],
)  # fmt: skip
def test_values_that_the_format_does_not_know(old: str, new: str, key: str) -> None:
    error = refused(GOOD.replace(old, new))
    assert (error.code, error.params["key"]) == ("boundary.bad_value", key)
    assert error.params["line"] == GOOD.splitlines().index(old) + 1


def test_a_key_twice() -> None:
    error = refused(GOOD.replace("带号=41", "带号=41\n带号=40"))
    assert (error.code, error.params["line"], error.params["first"]) == ("boundary.key_twice", 10, 9)


def test_a_line_of_the_head_that_is_none() -> None:
    assert refused(GOOD.replace("带号=41", "带号 41")).code == "boundary.bad_header"


def test_the_zone_of_the_head_against_that_of_the_coordinates() -> None:
    error = refused(GOOD.replace("带号=41", "带号=40"))
    assert error.code == "boundary.zone_contradicts"
    named = {name: error.params[name] for name in ("line", "said", "point", "found", "meridian")}
    assert named == {"line": 9, "said": 40, "point": FIRST + 1, "found": 41, "meridian": 123}


def test_zones_of_three_degrees_with_a_number_of_six() -> None:
    text = HEAD.replace("带号=41", "带号=") + plot(square(0, 0, 100), prefix=21)
    error = refused(text)
    assert (error.code, error.params["likely"], error.params["line"]) == ("boundary.band_contradicts", 6, 6)


def test_no_zone_anywhere() -> None:
    error = refused(HEAD.replace("带号=41", "带号=") + plot(square(0, 0, 100), prefix=0))
    assert (error.code, error.params["line"]) == ("boundary.no_zone", FIRST + 1)


# --- coordinates --------------------------------------------------------------------------------------


@pytest.mark.parametrize("prefix", [0, 41])
def test_swapped_axes_are_told_and_not_mended(prefix: int) -> None:
    rows = [row.split(",") for row in plot(square(0, 0, 100), prefix=prefix).splitlines()[1:]]
    error = refused(lines(*[",".join((a, b, y, x)) for a, b, x, y in rows]))
    assert (error.code, error.params["line"], error.params["count"]) == ("boundary.swapped", FIRST + 1, 5)


def test_one_point_swapped() -> None:
    name, ring, x, y = POINTS[2].split(",")
    error = refused(lines(*POINTS[:2], f"{name},{ring},{y},{x}", *POINTS[3:]))
    assert (error.code, error.params["line"], error.params["count"]) == ("boundary.swapped", FIRST + 3, 1)


def test_degrees() -> None:
    corners = [("45.5", "123.2"), ("45.6", "123.2"), ("45.6", "123.3"), ("45.5", "123.2")]
    error = refused(lines(*[f"J{n % 3 + 1},1,{x},{y}" for n, (x, y) in enumerate(corners)]))
    assert error.code == "boundary.degrees"


@pytest.mark.parametrize(
    "wrong", ["J3,1,50401000,41500100", "J3,1,5040100,4150010", "J3,1,5040100,-41500100"]
)
def test_a_digit_too_many_or_too_few(wrong: str) -> None:
    error = refused(lines(*POINTS[:2], wrong, *POINTS[3:]))
    assert (error.code, error.params["line"]) == ("boundary.out_of_range", FIRST + 3)


@pytest.mark.parametrize(("prefix", "found"), [("40", 40), ("", "–")])
def test_points_of_two_zones(prefix: str, found: object) -> None:
    wrong = POINTS[2].replace(",41", f",{prefix}")
    error = refused(lines(*POINTS[:2], wrong, *POINTS[3:]))
    assert (error.code, error.params["line"]) == ("boundary.two_zones", FIRST + 3)
    assert (error.params["found"], error.params["before"]) == (found, 41)


# --- lines --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [(POINTS[1], POINTS[1].replace(",", "，"), FIRST + 2),
     (POINTS[1], POINTS[1].replace("5", "５"), FIRST + 2),
     (POINTS[1], POINTS[1].replace(".", "．"), FIRST + 2), (POINTS[1], "J2、" + POINTS[1][3:], FIRST + 2),
     ("1.0000", "１.0000", FIRST), ("5,1.0000,1", "5，1.0000，1", FIRST), ("@", "＠", FIRST),
     ("5,1.0000", "５,1.0000", FIRST), ("[地块坐标]", "【地块坐标】", FIRST - 1), ("带号=41", "带号＝41", 9),
     ("带号=41", "带号=４１", 9), ("几度分带=3", "几度分带=３", 6), ("坐标系=2000", "坐标系=２０００", 5),
     (POINTS[1], "\u3000" + POINTS[1].replace(",", ",\u3000"), FIRST + 2)],
)  # fmt: skip
def test_full_width_characters_are_shown_and_not_mended(old: str, new: str, line: int) -> None:
    error = refused(GOOD.replace(old, new, 1))
    assert (error.code, error.params["line"]) == ("boundary.full_width", line)
    likely = str(error.params["likely"])
    assert likely.isascii() or not set(likely) & set("，．＝＠【】、０１２３４５６７８９")


@pytest.mark.parametrize(
    "wrong",
    ["J2,1,5040100.000", "J2,1,5040100.000,41500000.000,140.5", "J2 1 5040100.000 41500000.000",
     "J2,a,5040100.000,41500000.000", "J2,,5040100.000,41500000.000", ",1,5040100.000,41500000.000",
     "J2,1,5.04e6,41500000.000", "J2,1,nan,41500000.000", "J2,1,5040100.0.0,41500000.000",
     "J2,1,,41500000.000", "结束", "J2,1,5,040,100.000,41500000.000"],
)  # fmt: skip
def test_lines_that_are_no_points(wrong: str) -> None:
    error = refused(lines(POINTS[0], wrong, *POINTS[2:]))
    assert error.code in ("boundary.bad_point", "boundary.bad_line")
    assert error.params["line"] == FIRST + 2


@pytest.mark.parametrize(
    "wrong", ["x,1,1,甲,面,,,,@", "5,1,1,甲,,,,,@", "5,1,1,甲,面,,,,", "5,1,@", "-5,1,1,甲,面,,,,@"]
)
def test_lines_that_are_no_plots(wrong: str) -> None:
    error = refused(HEAD + wrong + "\n" + "\n".join(POINTS))
    assert error.code in ("boundary.bad_plot", "boundary.bad_line")
    assert error.params["line"] == FIRST


@pytest.mark.parametrize("kind", ["线", "点"])
def test_records_that_are_no_areas(kind: str) -> None:
    error = refused(GOOD.replace(",面,", f",{kind},"))
    assert (error.code, error.params["found"]) == ("boundary.not_polygon", kind)


@pytest.mark.parametrize("area", ["一公顷", "1.0斤", "-1", "1.0米", "1,0"])
def test_areas_that_are_none(area: str) -> None:
    assert refused(GOOD.replace("1.0000", area)).code in ("boundary.bad_area", "boundary.bad_plot")


def test_points_without_a_plot() -> None:
    error = refused(HEAD + "\n".join(POINTS))
    assert (error.code, error.params["line"]) == ("boundary.point_without_plot", FIRST)


# --- rings --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["3", "6", "50"])
def test_a_wrong_number_of_points(said: str) -> None:
    error = refused(GOOD.replace("5,1.0000", f"{said},1.0000"))
    assert (error.code, error.params["line"], error.params["found"]) == ("boundary.point_count", FIRST, 5)


def test_an_open_ring_at_the_end_before_a_ring_and_before_a_plot() -> None:
    error = refused(lines(*POINTS[:4]))
    assert (error.code, error.params["line"], error.params["point"]) == ("boundary.unclosed", FIRST + 4, "J1")
    inner = [row.replace(",1,", ",2,", 1) for row in POINTS]
    assert refused(lines(*POINTS[:4], *inner)).code == "boundary.unclosed"
    assert refused(lines(*POINTS[:4]) + SQUARE).code == "boundary.unclosed"


def test_a_ring_that_misses_its_first_point() -> None:
    error = refused(lines(*POINTS[:4], POINTS[0].replace("5040000.000", "5040003.000")))
    assert (error.code, error.params["apart"], error.params["first"]) == (
        "boundary.closing_differs", "3.000", FIRST + 1,
    )  # fmt: skip


def test_a_file_cut_off_in_a_ring() -> None:
    text = GOOD[: GOOD.index("J4")]
    error = refused(text)
    assert (error.code, error.params["said"], error.params["found"]) == ("boundary.cut_off", 5, 3)


def test_a_plot_without_points() -> None:
    assert refused(HEAD + "5,,1,甲,面,,,,@\n").code == "boundary.no_points"
    assert refused(HEAD + "0,,1,甲,面,,,,@\n" + SQUARE).code == "boundary.no_points"


def test_two_points_and_a_line() -> None:
    error = refused(lines(POINTS[0], POINTS[1], POINTS[0]))
    assert (error.code, error.params["found"]) == ("boundary.few_points", 2)
    on_a_line = refused(HEAD + plot([(0, 0), (50, 50), (100, 100)]))
    assert (on_a_line.code, on_a_line.params["line"]) == ("boundary.zero_area", FIRST + 1)


def test_a_ring_that_crosses_itself() -> None:
    error = refused(HEAD + plot([(0, 0), (0, 300), (100, 290), (60, 0), (100, 10)]))
    assert error.code == "boundary.self_crossing"
    bow = refused(HEAD + SQUARE + plot([(300, 0), (400, 100), (400, 0), (300, 100)], number="2"))
    assert bow.code == "boundary.self_crossing"
    assert bow.params["line"] in range(FIRST + 7, FIRST + 12)
    assert bow.params["place"] == "X=5040350.000, Y=41500050.000"


def test_rings_that_cross_share_an_edge_or_repeat() -> None:
    crossing = refused(HEAD + plot(square(0, 0, 100), square(50, 50, 100)))
    assert (crossing.code, crossing.params["plot"]) == ("boundary.rings_cross", FIRST)
    assert refused(HEAD + plot(square(0, 0, 100), square(0, 100, 100))).code == "boundary.rings_cross"
    twice = refused(HEAD + plot(square(0, 0, 100), square(0, 0, 100)))
    assert (twice.code, twice.params["first"], twice.params["line"]) == (
        "boundary.ring_twice", FIRST + 1, FIRST + 6,
    )  # fmt: skip


def test_a_plot_twice_wherever_its_ring_begins() -> None:
    corners = list(square(0, 0, 100))
    error = refused(GOOD + plot(corners[2:] + corners[:2], number="9"))
    assert (error.code, error.params["first"], error.params["line"]) == (
        "boundary.plot_twice", FIRST, FIRST + 6,
    )  # fmt: skip


def test_too_big(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lantu.intake.boundary_points.MOST_BYTES", 100)
    assert refused(GOOD).code == "boundary.too_big"
