"""The project's own work in environments of nox: nox -l lists it, nox -s lint runs one."""

import nox

nox.options.sessions = ["lint", "tests"]
nox.options.default_venv_backend = "uv|virtualenv"


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, mypy and the order of the rooms."""
    session.install("-e", ".[lint]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports", env={"PYTHONPATH": "tools"})


@nox.session(python=["3.10", "3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    """The tests; `nox -s tests-3.12 -- tests/schedules` runs some of them."""
    session.install("-e", ".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """The tests on the lowest versions that pyproject.toml allows."""
    session.install("-e", ".[versions]")
    session.run("python", "tools/try_versions.py", "--resolution", "lowest", "--", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """The pages as a site, in output/site."""
    session.install("-e", ".[docs]")
    session.run("sphinx-build", "-W", "-n", "-b", "html", "docs", "output/site")


@nox.session
def package(session: nox.Session) -> None:
    """The sdist and the wheel, and a look at what they say of themselves."""
    session.install("-e", ".[package]")
    session.run("python", "-m", "build", "--outdir", session.create_tmp())
    session.run("twine", "check", "--strict", f"{session.create_tmp()}/*")
