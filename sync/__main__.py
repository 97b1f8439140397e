"""The sync agent as its own process: ``python -m sync --data DIR``."""

from pathlib import Path

import click

from sync.commands import run_agent


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("var/hall"), show_default=True)
@click.option("--city", "city_url", help="市级地址；缺省用设置文件里的")
def main(data: Path, city_url: str | None) -> None:
    """运行同步程序."""
    run_agent(data, city_url)


if __name__ == "__main__":
    main()
