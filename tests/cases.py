"""Many cases of one question in one test, every one asked, and every one that fails named."""

from collections.abc import Callable, Iterable


def check_each(cases: Iterable[tuple[str, object]], check: Callable[..., None]) -> None:
    """Ask ``check`` about each case; what it raised is raised together, by name of the case.

    For cases of which there are hundreds and each takes milliseconds: a test of pytest of its
    own would take longer than the case.

    Args:
        cases: Name of each case, and what ``check`` is called with.

    Raises:
        AssertionError: There is no case.
        BaseExceptionGroup: What went wrong in each case that failed, with its name as a note.
    """
    failed: list[BaseException] = []
    count = 0
    for name, case in cases:
        count += 1
        try:
            check(case)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # pytest's own failures are no Exception
            error.add_note(f"case: {name}")
            failed.append(error)
    assert count, "there is nothing to check"
    if failed:
        raise BaseExceptionGroup(f"{len(failed)} of {count} cases", failed)
