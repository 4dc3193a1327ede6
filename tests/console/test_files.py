"""What is checked in and what is built: no addresses to fetch from, valid examples, sound types."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse, validate

from consortium.console import ASSETS, EXAMPLES, FALLBACK, Example, build

# The ways in which a page, a style sheet or a script makes a browser fetch something. Links that a
# reader may follow (`<a href>`) and addresses in plain strings fetch nothing.
FETCHES: Final = {
    ".html": (
        r"<(?:script|link|img|iframe|source|embed|object|video|audio)\b[^>]*"
        r"(?:src|href|srcset|data)\s*=\s*[\"']?\s*(?:https?:)?//"
    ),
    ".css": r"(?:url\(\s*[\"']?|@import\s+[\"'])\s*(?:https?:)?//",
    ".js": (
        r"(?:\bfrom\s*|\bimport\s*\(?\s*|\bimportScripts\(\s*|\bfetch\(\s*|\bsendBeacon\(\s*"
        r"|new (?:Worker|SharedWorker|EventSource|WebSocket|URL)\(\s*|\.src\s*=\s*)"
        r"[\"'`](?:(?:https?|wss?):)?//"
    ),
}
BY_TITLE: Final = pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.title)


def fetched_elsewhere(text: str, suffix: str) -> list[str]:
    """The places in a file that would make a browser fetch from another origin."""
    pattern = re.compile(FETCHES[suffix], re.IGNORECASE)
    return [text[found.start() : found.end() + 60] for found in pattern.finditer(text)]


def test_the_lock_file_carries_hashes_and_no_addresses() -> None:
    """The lock tells npm what to install and how to check it, not where it lies."""
    lock = json.loads((build.HERE / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [
        name for name, entry in packages.items() if not entry["integrity"].startswith("sha512-")
    ] == []


def test_versions_are_exact_and_those_of_the_lock_file() -> None:
    """package.json names one version of each package, and the lock file the same."""
    wanted = json.loads((build.HERE / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((build.HERE / "package-lock.json").read_text(encoding="utf-8"))
    versions = wanted["dependencies"] | wanted["devDependencies"]

    assert versions == {
        name: locked["packages"][f"node_modules/{name}"]["version"] for name in versions
    }


def test_nothing_built_fetches_from_elsewhere(dist: Path) -> None:
    """No page, style sheet or script that was built asks another origin for anything."""
    files = [file for file in dist.rglob("*") if file.suffix in FETCHES]
    found = {
        file.name: places
        for file in files
        if (places := fetched_elsewhere(file.read_text(encoding="utf-8"), file.suffix))
    }

    assert {file.suffix for file in files} == set(FETCHES)
    assert found == {}


@pytest.mark.parametrize(
    ("suffix", "text"),
    [
        (".html", '<script type="module" src="https://cdn.example/react.js">'),
        (".html", "<link rel=stylesheet href=//fonts.example/css>"),
        (".css", "@font-face{src:url(https://fonts.example/f.woff2)}"),
        (".css", "@import 'https://fonts.example/css';"),
        (".js", 'import x from"https://esm.example/x"'),
        (".js", "await import('https://esm.example/x')"),
        (".js", "new Worker(`https://esm.example/w.js`)"),
    ],
)
def test_the_search_for_fetches_finds_them(suffix: str, text: str) -> None:
    """The search above would see each usual way of loading from a content network."""
    assert fetched_elsewhere(text, suffix)


def test_the_page_holds_no_inline_script(dist: Path) -> None:
    """Every script of the built page is a file, as its policy demands."""
    page = (dist / "index.html").read_text(encoding="utf-8")
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL)

    assert scripts
    assert all(f'src="./{ASSETS}/' in attributes and not body for attributes, body in scripts)
    assert not re.search(r"\son\w+\s*=", page)


def test_the_fallback_needs_no_script_and_fetches_nothing() -> None:
    """The page that stands in for an unbuilt one is text alone."""
    page = FALLBACK.read_text(encoding="utf-8")

    assert "<script" not in page
    assert fetched_elsewhere(page, ".html") == []


def test_the_query_of_the_fallback_is_valid(schema: GraphQLSchema) -> None:
    """Who copies the curl command gets an answer."""
    found = re.search(r"--data '(.+)'", FALLBACK.read_text(encoding="utf-8"))

    assert found
    assert validate(schema, parse(json.loads(found[1])["query"])) == []


@BY_TITLE
def test_an_example_is_valid(example: Example, schema: GraphQLSchema) -> None:
    """Every example query can be asked of the API as it is."""
    assert validate(schema, parse(example.document)) == []


@BY_TITLE
def test_an_example_has_a_title_and_one_named_query(example: Example) -> None:
    """The page shows the title on the button and the name on the tab."""
    (operation,) = parse(example.document).definitions

    assert example.document.startswith(f"# {example.title}\n")
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name


def test_examples_are_told_apart_by_title_and_by_name() -> None:
    """Four to six examples, no two alike."""
    names = re.findall(r"^query (\w+)", "\n".join(one.document for one in EXAMPLES), re.MULTILINE)

    assert 4 <= len(EXAMPLES) <= 6
    assert len(set(names)) == len({example.title for example in EXAMPLES}) == len(EXAMPLES)


def test_the_source_is_sound_typescript(dist: Path) -> None:
    """The compiler finds nothing wrong; Vite by itself would not look."""
    assert dist.is_dir()
    compiler = build.MODULES / "typescript" / "bin" / "tsc"
    node = build.find_node()
    done = subprocess.run(
        [node.program, compiler, "--noEmit"],
        cwd=build.HERE,
        env=build.environment(node),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.returncode) == ("", 0)
