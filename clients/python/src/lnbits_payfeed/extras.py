"""What is said when an optional package is missing."""


def missing_extra(what: str, extra: str) -> str:
    """Names no package registry, where anybody could have taken the name."""
    return (
        f"{what} needs the extra {extra}: install the release's file or the repository"
        f" with it, for example pip install './clients/python[{extra}]'"
    )
