"""The sandbox: what templates reach, what they do not, and how much they can make of little."""

from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError

from recommender.digest.render import Renderer
from tests.digest.samples import digest, english

ESCAPES = (
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ '' | attr('__class__') }}",
    "{{ ['']|map(attribute='__class__')|first }}",
    "{{ digest.__init__.__globals__ }}",
    "{{ digest['__class__'] }}",
    "{{ digest.__dataclass_fields__ }}",
    "{{ words.catalogue.__class__ }}",
    "{{ words.locale }}",
    "{{ words.say.__func__ }}",
    "{{ words.say.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__.__globals__ }}",
    "{{ range.__self__ }}",
    "{{ namespace.__init__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ dict.__base__ }}",
    "{{ config }}",
    "{{ request }}",
    "{{ '{0.__class__}'.format(digest) }}",
    "{{ '{a.__class__.__init__.__globals__}'.format_map({'a': digest}) }}",
    "{% set text = '%s' | format(digest.title.__class__) %}{{ text }}",
    "{{ (1).__class__ }}",
    "{{ [].append(1) }}",
    "{{ {}.update(a=1) }}",
    "{{ digest.sections.__add__ }}",
    "{{ digest.title.encode('utf-8') }}",
    "{% for x in [1] %}{{ loop._iterable }}{% endfor %}",
    "{% macro m() %}{{ caller.__code__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{% endmacro %}{{ m.__init__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{{ theme.__class__.__init__ }}",
    "{{ digest.title.join.__self__ }}",
)
BOMBS = (
    "{% for _ in range(1001) %}x{% endfor %}",
    "{{ range(0, 1000000000, 7) | list }}",
    "{{ 'x' * 10001 }}",
    "{{ 10001 * 'x' }}",
    "{{ [1] * 100000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%1000000000d' | format(1) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:{}}'.format(1, 1000000000) }}",
)
UNESCAPED = (
    "{% autoescape false %}{{ digest.title }}{% endautoescape %}",
    "{{ digest.title | safe }}",
    "{% include 'digest.txt' %}",
    "{% from 'digest.txt' import x %}",
    "{% import 'digest.txt' as x %}",
    "{% extends 'digest.txt' %}",
    "{% include ['x.html', 'digest.txt'] %}",
    "{% include 'x.html' if digest else 'digest.txt' %}",
    "{% set name = 'digest.txt' %}{% include name %}",
    "{% include digest.title %}",
)


def fill(folder: Path, source: str, name: str = "x.html") -> str:
    """Fill a template with a digest."""
    (folder / "digest.txt").write_text("{% macro x() %}{{ digest.title }}{% endmacro %}", encoding="utf-8")
    (folder / name).write_text(source, encoding="utf-8")
    return Renderer([folder]).page(name, digest=digest(), words=english())


@pytest.mark.parametrize("source", ESCAPES)
def test_nothing_leads_into_python(tmp_path: Path, source: str) -> None:
    """The usual ways out of a template."""
    with pytest.raises((SecurityError, UndefinedError, TemplateSyntaxError)):
        fill(tmp_path, source)


@pytest.mark.parametrize("source", BOMBS)
def test_little_does_not_become_much(tmp_path: Path, source: str) -> None:
    """Ranges, powers, repeated text and wide patterns have bounds."""
    with pytest.raises(SecurityError):
        fill(tmp_path, source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' | column(1000000000) | length }}",
        "{{ 50 | bar(1000000000) | length }}",
        "{{ ('a ' * 5000) | wrap(0, 1000000000) | length }}",
        "{{ 'a a' | wrap(1000000000, 2) | length }}",
    ],
)
def test_our_own_fillers_stay_narrow(tmp_path: Path, source: str) -> None:
    """A column, a bar and a margin have bounds too."""
    assert int(fill(tmp_path, source)) <= 10_020


@pytest.mark.parametrize("source", UNESCAPED)
def test_escaping_has_no_way_round(tmp_path: Path, source: str) -> None:
    """Not by a filter, not by a block, not by way of a template that is text."""
    with pytest.raises(TemplateSyntaxError):
        fill(tmp_path, source)


@pytest.mark.parametrize(
    "source, made",
    [
        ("{{ '%02d' | format(7) }}{{ '-' * 3 }}{{ 7 % 4 }}", "07---3"),
        ("{{ '{:,}'.format(1234) }}", "1,234"),
        ("{{ digest.title.upper()[:4] }}", "YOUR"),
        ("{% for n in range(3) %}{{ loop.index }}{% endfor %}", "123"),
        (
            "{% set a = namespace(n=1) %}{% for _ in range(2) %}{% set a.n = a.n * 2 %}{% endfor %}{{ a.n }}",
            "4",
        ),
        ("{{ words.number(1200) }}{{ theme.logo }}", "1,200Paper Route"),
        ("{{ digest.papers | map(attribute='number') | join('.') }}", "1.2.3.4"),
        ("{{ {'a': 1}.items() | list }}{{ 2.567 | round(1) }}", "[(&#39;a&#39;, 1)]2.6"),
    ],
)
def test_what_templates_need_they_have(tmp_path: Path, source: str, made: str) -> None:
    """Numbers, loops, text, words and theme."""
    assert fill(tmp_path, source) == made


def test_links_lead_out_of_no_folder(tmp_path: Path) -> None:
    """No name climbs, none is absolute, and a link that leads out is refused when the folder is read."""
    folder = tmp_path / "own"
    folder.mkdir()
    secret = tmp_path / "secret.html"
    secret.write_text("secret", encoding="utf-8")
    for name in (
        "../secret.html",
        str(secret),
        "./../secret.html",
        "own/../../secret.html",
        "!../secret.html",
    ):
        with pytest.raises(TemplateNotFound):
            fill(folder, f"{{% include {name!r} %}}")


def test_the_shipped_one_can_be_asked_for(tmp_path: Path) -> None:
    """With ! before its name, so that one's own can add to it instead of copying it."""
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder, text in ((own, "own, {% include '!x.html' %}"), (shipped, "shipped")):
        folder.mkdir()
        (folder / "x.html").write_text(text, encoding="utf-8")
    assert Renderer([own, shipped]).page("x.html") == "own, shipped"
