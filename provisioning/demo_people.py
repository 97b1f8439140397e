"""The demo district's people, licences and sign-in: invented, and marked 示例 where they meet a person's eye."""

from dataclasses import dataclass

from appliance.domain.actor import Role

MARKET = "11420199MBDEM004XU"
HEALTH = "11420199MBDEM0058U"
HOUSING = "11420199MBDEM0082C"
URBAN = "11420199MBDEM00907"
CULTURE = "11420199MBDEM00A94"
LABOUR = "11420199MBDEM00B7Y"
CIVIL = "11420199MBDEM00C5R"
HOUSING_SECURITY = "11420199MBDEM00E1F"

# One password for all demo accounts; `make run` prints it. A real hall gets its first passwords in person.
DEMO_PASSWORD = "hallmark-demo-2026"  # noqa: S105 - printed on purpose; a demo hall holds no real data


@dataclass(frozen=True, slots=True)
class Person:
    """One demo member of staff."""

    id: str
    name: str
    roles: tuple[Role, ...]
    department: str = ""
    windows: tuple[str, ...] = ()


def _chain(number: int, department: str, names: tuple[str, str, str]) -> tuple[Person, ...]:
    """Make handler, reviewer, approver and head of a department; the head's name is the approver's with 首."""
    return (
        Person(f"C{1000 + number}", names[0], (Role.CASE_HANDLER,), department),
        Person(f"R{2000 + number}", names[1], (Role.REVIEWER,), department),
        Person(f"A{3000 + number}", names[2], (Role.APPROVER,), department),
        Person(f"D{6000 + number}", f"{names[2][:1]}首示例", (Role.DEPT_HEAD,), department),
    )


STAFF: tuple[Person, ...] = (
    Person("W0312", "王示例", (Role.WINDOW_CLERK,)),
    Person("W0313", "李示例", (Role.WINDOW_CLERK,)),
    *_chain(1, MARKET, ("陈示例", "任示例", "安示例")),
    *_chain(2, HEALTH, ("周示例", "吴示例", "郑示例")),
    *_chain(3, HOUSING, ("冯示例", "褚示例", "卫示例")),
    *_chain(4, URBAN, ("蒋示例", "沈示例", "韩示例")),
    *_chain(5, CULTURE, ("朱示例", "秦示例", "尤示例")),
    *_chain(6, LABOUR, ("许示例", "何示例", "吕示例")),
    *_chain(7, CIVIL, ("张示例", "孔示例", "曹示例")),
    *_chain(8, HOUSING_SECURITY, ("陶示例", "姜示例", "戚示例")),
    Person("M4001", "严示例", (Role.HALL_MANAGER,)),
    Person("S5001", "华示例", (Role.SUPERVISOR,)),
    Person("X9001", "金示例", (Role.SYSADMIN,)),
    Person("X9002", "魏示例", (Role.SECADMIN,)),
    Person("X9003", "陶示例", (Role.AUDITOR,)),
)

CITY_STAFF: tuple[Person, ...] = (
    Person("O0001", "姜示例", (Role.CITY_OPERATOR,)),
    Person("O0101", "戚示例", (Role.CITY_OFFICER,)),
    Person("O0102", "谢示例", (Role.CITY_OFFICER,)),
)
OFFICERS = ("o0101", "o0102")
