"""Forms of strangers with anything in them: an answer each time, and nothing of theirs in a letter."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.office import FORM, Office

TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "nan",
            "inf",
            "1e400",
            "-0",
            "07:60",
            "../etc/passwd",
            "America",
            "a@[127.0.0.1]",
            "@",
            "\x00",
            "a" * 5000,
        ]
    ),
    st.emails(),
)
FORMS = st.dictionaries(st.sampled_from([*FORM, "website", "what", "sure", "cancel"]), TEXTS, max_size=9)
_ALLOWED = {200, 400, 409, 410, 413, 422, 429}


def test_no_form_breaks_a_page(office: Office) -> None:
    """Sign-up, requests, expired links and confirmations: 160 forms, no 5xx."""
    client = office.client()
    office.client().post(office.ask, data={"what": "address", "email": "ana@new.example.org"})
    paths = ["/join", office.ask, office.ask.replace("/ask/", "/fresh/"), office.letter("ana@example.org")]
    seen: set[int] = set()

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(form=FORMS, base=st.booleans())
    def run(*, form: dict[str, str], base: bool) -> None:
        data = {**(FORM | {"what": "address"} if base else {}), **form}
        encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in data.items()}
        for path in paths:
            answer = client.post(path, data=encoded)
            assert answer.status_code in _ALLOWED, (path, form)
            seen.add(answer.status_code)
        office.clock.wait(minutes=10)

    run()
    assert {200, 422} <= seen
