"""Two replies in one file that share whole paragraphs, and page heads that stand again and again."""

from __future__ import annotations

from lantu.approvals import read
from lantu.lawbook import load

SAME = """三、规划经批准后必须严格执行，任何单位和个人不得
擅自修改。坚持多规合一，不在国土空间规划之外另设
其他空间规划，下级规划服从上级规划，详细规划服从总体
规划，做好体检评估，严格监督执法，实行全生命周期管理
"""


def reply(county: str, number: int, farmland: str, head: str = "") -> str:
    return f"""示例省人民政府关于{county}国土空间总体规划（2021—2035年）的批复
示例函〔2024〕{number}号
{county}人民政府：
你县关于报批规划的请示收悉。现批复如下：
一、原则同意《{county}国土空间总体规划（2021—2035年）》。
二、到2035年，耕地保有量不低于
{head}{farmland}万亩，生态保护红线面积不低于
{head}12.30平方千米。
{SAME}。
示例省人民政府
2024年3月{number}日
"""


def test_both_replies_keep_what_they_share() -> None:
    first, second = read(reply("镇赉县", 1, "311.33") + reply("通榆县", 2, "621.03"), "two.txt", load())
    assert [str(document.plans[0].targets[0].value) for document in (first, second)] == ["311.33", "621.03"]
    duties = {
        "not_changed_at_will",
        "one_plan",
        "transmission",
        "checkup_and_warning",
        "enforcement",
        "life_cycle",
    }
    for document in (first, second):
        assert {duty.id for duty in document.duties} == duties
        assert document.questions == ()


def test_a_page_head_inside_a_sentence_is_no_text() -> None:
    head = "镇赉县规划批复文件汇编\n"
    (document,) = read(reply("镇赉县", 1, "311.33", head), "heads.txt", load())
    assert [str(target.value) for target in document.plans[0].targets] == ["311.33", "12.30"]
