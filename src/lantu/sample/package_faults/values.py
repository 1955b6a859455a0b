"""Faults in what rows say: values, codes, dates, one field against another, areas declared."""

from __future__ import annotations

from collections.abc import Callable

from lantu.sample.package_faults.fault import Fault, Rows, Spot, has, made_of, set_to

ZONES, BASIC, REDLINE, USES = "GHFQ", "YJJBNT", "STBHHX", "ZXCQGHYDYH"
_RURAL = has("GHFQDM", "500")
_GARBLED = "铏氭瀯绀轰緥鏁版嵁"
"""虚构示例数据 in UTF-8, read as GBK."""


def _same_number(spot: Spot) -> Rows | None:
    """Give a row the identifier of one that carries no fault."""
    other = next(row for row in spot.layer.free(None, spot.rng) if row != spot.row)
    spot.layer.take(other, around=False)
    spot.set("BSM", spot.layer.columns["BSM"][other])
    return {"QC1405": (spot.row, other)}


def _number_of_another(spot: Spot) -> Rows | None:
    """Give a row the identifier of a row of another layer."""
    other = spot.draft.layer(USES)
    row = next(other.free(None, spot.rng))
    other.take(row, around=False)
    spot.set("BSM", other.columns["BSM"][row])
    return {}


def _declared(spot: Spot) -> Rows:
    """Declare half a per cent less than the shape has."""
    area = spot.value("MJ")
    assert isinstance(area, float)
    spot.set("MJ", round(area * 0.995, 2))
    return {}


def _arithmetic(spot: Spot) -> Rows:
    whole = spot.value("YJJBNTTBMJ")
    assert isinstance(whole, float)
    spot.set("YJJBNTMJ", round(whole - 1.5, 2))
    return {}


def _deducted(slope: str, coefficient: float, what: str) -> Callable[[Spot], Rows]:
    """Deduct something, in the coefficient alone."""

    def plant(spot: Spot) -> Rows:
        kind = None if slope == "1" else "PD"
        for field, value in (("GDPDJB", slope), ("GDLX", kind), ("KCXS", coefficient), ("KCDLBM", what)):
            spot.set(field, value)
        return {}

    return plant


def _woods(spot: Spot) -> Rows:
    spot.set("DLBM", "0301")
    spot.set("DLMC", "乔木林地")
    return {}


def _finer(spot: Spot) -> Rows:
    area = spot.value("MJ")
    assert isinstance(area, float)
    spot.set("MJ", area + 0.0004)
    return {}


def _backwards(spot: Spot) -> Rows:
    spot.set("BHKSSJ", spot.value("BHJSSJ"))
    spot.set("BHJSSJ", "20240611")
    return {}


VALUES = (
    Fault("required_empty", ("必填字段为空", "a required field is empty"), (REDLINE,), ("QC1401",),
          set_to("SJXZQMC", None)),
    Fault("blank_for_null", ("空字符串代替空值", "a blank text in place of NULL"), (BASIC,), ("QC1402",),
          set_to("KCDLBM", ""), has("KCDLBM", None)),
    Fault("unknown_code", ("代码不在代码表", "a code of no list"), (ZONES, "YDYHGHFQ"), ("QC1404",),
          set_to("GHFQDM", "999"), _RURAL),
    Fault("same_identifier", ("标识码重复", "an identifier twice"), (ZONES, "YDYHGHFQ", BASIC), ("QC1405",),
          _same_number),
    Fault("lost_zero", ("代码丢了前导零", "a code that lost its leading zero"), (BASIC,), ("QC1404",),
          made_of("DLBM", lambda code, _: code.lstrip("0"))),
    Fault("full_width_code", ("代码夹全角数字", "a code in full-width digits"), (BASIC,), ("QC1410",),
          made_of("YJJBNTTBBH", lambda code, _: "１" + code[1:])),
    Fault("short_identifier", ("标识码不足 18 位", "an identifier that is too short"), (ZONES, BASIC),
          ("QC1411",),
          made_of("BSM", lambda code, _: code[:-1])),
    Fault("foreign_identifier", ("标识码属别县", "an identifier of another county"), (ZONES, BASIC),
          ("QC1412",),
          made_of("BSM", lambda code, _: "220999" + code[6:])),
    Fault("unit_code_cut", ("权属单位代码缺位", "an owner's code that is cut"), (BASIC,), ("QC1413",),
          made_of("QSDWDM", lambda code, _: code[:-2])),
    Fault("feature_code_differs", ("要素代码不是本图层的", "the feature code of another layer"),
          (ZONES, USES),
          ("QC1414",), set_to("YSDM", "2090020999")),
    Fault("identifier_elsewhere", ("标识码在别的图层用过", "an identifier of another layer"), (REDLINE,),
          ("QC1406",), _number_of_another),
    Fault("foreign_division", ("行政区代码属别县", "a division code of another county"), (ZONES, BASIC),
          ("QC1416",), set_to("XZQDM", "220999")),
    Fault("place_elsewhere", ("坐落单位属别县", "a place of another county"), (BASIC,), ("QC1417",),
          made_of("ZLDWDM", lambda code, _: "220999" + code[6:])),
    Fault("division_name_differs", ("行政区名称与代码不符", "a division name that is not its code's"),
          (ZONES,), ("QC1418",), set_to("XZQMC", "虚构市")),
    Fault("impossible_day", ("日期不存在", "a day that does not exist"), (BASIC,), ("QC1420",),
          set_to("BHKSSJ", "20240230")),
    Fault("area_not_positive", ("面积不大于零", "an area that is not positive"), (USES,), ("QC1421",),
          set_to("TBDLMJ", 0.0)),
    Fault("coefficient_over_one", ("扣除系数大于 1", "a coefficient above 1"), (BASIC,), ("QC1422",),
          _deducted("2", 1.5, "1203")),
    Fault("year_to_come", ("数据年份在将来", "data of a year to come"), (BASIC,), ("QC1423",),
          set_to("SJNF", 2199)),
    Fault("long_text", ("文字超过规定宽度", "a text that is too long"), (BASIC,), ("QC1424",),
          set_to("BZ", "虚构" * 200)),
    Fault("too_many_decimals", ("小数位数过多", "more decimals than allowed"), (ZONES,), ("QC1425",),
          _finer),
    Fault("odd_character", ("文字夹控制字符", "a control character in a text"), (ZONES,), ("QC1426",),
          made_of("BZ", lambda text, _: text + "\u200b")),
    Fault("garbled", ("文字乱码", "a garbled text"), (ZONES, "LSWHBHX"), ("QC1427",), set_to("BZ", _GARBLED)),
    Fault("blanks_around", ("文字首尾有空白", "blanks around a text"), (ZONES,), ("QC1428",),
          made_of("BZ", lambda text, _: f" {text}")),
    Fault("zone_name_differs", ("规划分区名称与代码不符", "a zone name that is not its code's"),
          (ZONES, "YDYHGHFQ"), ("QC1502",), set_to("GHFQMC", "海洋发展区"), _RURAL),
    Fault("class_name_differs", ("地类名称与编码不符", "a class name that is not its code's"), (BASIC,),
          ("QC1501",), set_to("DLMC", "果园"), has("DLBM", "0101", "0102", "0103")),
    Fault("use_name_differs", ("规划用途名称与代码不符", "a planned use whose name is not its code's"),
          (USES,),
          ("QC1503",), set_to("YDYHFLMC", "果园"), has("YDYHFLDM")),
    Fault("deducted_level_ground", ("平地扣了田坎", "ridges deducted on level ground"), (BASIC,), ("QC1514",),
          _deducted("1", 0.05, "1203")),
    Fault("deducted_of_no_ridge", ("扣除地类不是田坎", "what is deducted are no ridges"), (BASIC,),
          ("QC1512",),
          _deducted("2", 0.05, "1006")),
    Fault("ends_before_it_begins", ("保护结束早于开始", "protection that ends before it begins"), (BASIC,),
          ("QC1516",), _backwards),
    Fault("neither_land_nor_sea", ("红线未注明陆海", "a red line that says neither land nor sea"), (REDLINE,),
          ("QC1518",), set_to("LHLX", "其他")),
    Fault("basic_farmland_on_woods", ("永久基本农田地类不是耕地", "basic farmland of a class that is none"),
          (BASIC,), ("QC1520",), _woods),
    Fault("declared_area_differs", ("登记面积与图形不符", "a declared area that is not the shape's"),
          (ZONES, "YDYHGHFQ"), ("QC1901",), _declared, may=("QC1907",)),
    Fault("area_arithmetic", ("基本农田面积不等于图斑减扣除", "net area that is not gross less deducted"),
          (BASIC,), ("QC1905",), _arithmetic),
)  # fmt: skip
