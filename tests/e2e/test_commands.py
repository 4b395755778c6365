"""The command line on small files: the main job, exit codes, and what is printed where."""

import json
import sqlite3
from pathlib import Path

from tests.e2e.project import Project
from tests.paths import REPOSITORY

HEADER = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Jan 19
"""
ENTRIES = (
    (
        "Editing Facts in Language Models",
        (
            "Knowledge editing changes facts stored in a language model without retraining it, and this work "
            "measures what else moves when one fact does."
        ),
        "  • 3 authors\n·\nOct 15, 2023\n",
    ),
    (
        "Unlearning Private Data",
        (
            "Machine unlearning removes private training data from a language model and keeps its other "
            "knowledge intact, which is tested on two benchmarks."
        ),
        "  • 1 author\n·\nJul 17, 2023 4\n",
    ),
    (
        "Growing Tomatoes by Lamp Light",
        (
            "A greenhouse trial compares red and blue lamps for tomatoes and reports yield, colour and sugar "
            "content after one season."
        ),
        "",
    ),
)
LISTING = HEADER + "".join(f"\n{title}\n\n{abstract}\n\n{block}" for title, abstract, block in ENTRIES)
CONFIG = '[mail]\nbackend = "outbox"\n'
MORNING = ("--now", "2026-01-30T08:00Z")


def ready(project: Project) -> Project:
    """Configure one subscriber due at 07:00 UTC and import the listing page."""
    project.configure(CONFIG)
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    listing = project.root / "page.txt"
    listing.write_text(LISTING, encoding="utf-8")
    project.run(*MORNING, "import", "page.txt")
    return project


def test_a_listing_page_becomes_a_delivered_digest(project: Project) -> None:
    """Import, train, publish and deliver write the three files of the edition."""
    ready(project)
    for command in ("train", "publish", "deliver"):
        project.run(*MORNING, command)
    names = sorted(path.name for path in (project.root / "var" / "outbox").iterdir())
    stem = "2026-01-30-ana-example-org"
    assert names == [f"{stem}.eml", f"{stem}.html", f"{stem}.txt"]


def test_publishing_twice_makes_one_delivery(project: Project) -> None:
    """The second publish finds nothing due and the second deliver nothing to send."""
    ready(project)
    for command in ("publish", "publish", "deliver", "deliver"):
        project.run(*MORNING, command)
    (row,) = project.run("deliveries", "--json").rows()
    assert (row["state"], row["attempts"], row["edition"]) == ("sent", 1, "2026-01-30")


def test_recommend_ranks_what_fits_and_says_why(project: Project) -> None:
    """Both language-model papers come, with reasons in words; tomatoes do not."""
    rows = ready(project).run(*MORNING, "recommend", "ana@example.org", "--json").rows()
    assert {row["title"] for row in rows} == {"Editing Facts in Language Models", "Unlearning Private Data"}
    assert all(row["reason"] for row in rows)
    assert list(rows[0]) == ["rank", "paper", "title", "url", "score", "interest", "reason"]


def test_a_down_vote_changes_the_next_ranking(project: Project) -> None:
    """A voted paper is no longer a candidate, and undo brings it back."""
    ready(project)
    paper = project.run(*MORNING, "recommend", "ana@example.org", "--json").rows()[0]["paper"]
    project.run("vote", "ana@example.org", paper, "down")
    after = project.run(*MORNING, "recommend", "ana@example.org", "--json").rows()
    project.run("vote", "ana@example.org", paper, "undo")
    back = project.run(*MORNING, "recommend", "ana@example.org", "--json").rows()
    assert paper not in {row["paper"] for row in after}
    assert paper in {row["paper"] for row in back}


def test_a_saved_paper_is_on_the_reading_list(project: Project) -> None:
    """`save` then `list` shows the paper, in every format."""
    ready(project)
    paper = project.run("search", "tomatoes", "--json").rows()[0]["paper"]
    project.run("save", "ana@example.org", paper)
    assert json.loads(project.run("list", "ana@example.org", "--format", "json").out)[0]["paper"] == paper
    assert "Growing Tomatoes" in project.run("list", "ana@example.org", "--format", "bibtex").out


def test_faults_of_both_files_come_together(project: Project) -> None:
    """Five faults of one file and a syntax error of the other are reported at once, exit 3, no traceback."""
    project.configure("[mail\nbackend = 1\n")
    project.subscribers.write_text(
        '[[subscriber]]\nemail = "nobody"\nzone = "Europe/Berlln"\nat = "25:99"\n'
        'papers = "ten"\ncolour = 1\n',
        encoding="utf-8",
    )
    done = project.run("check", code=3)
    lines = [line for line in done.err.splitlines() if line.startswith("config")]
    assert sum("paperroute.toml:1:" in line for line in lines) == 1
    assert [line.split(":")[1] for line in lines if "subscribers.toml" in line] == ["2", "3", "4", "5", "6"]
    assert "Traceback" not in done.err


def test_dead_links_are_warned_of(project: Project) -> None:
    """SMTP with links to this machine: `check` and `doctor` say that readers cannot open them."""
    project.configure('[mail]\nbackend = "smtp"\nhost = "127.0.0.1"\nport = 9\nsecurity = "plain"\n')
    project.subscribe(("ana@example.org", "Ana", "07:00"))
    assert "would be dead" in project.run("check").err
    findings = project.run("doctor", "--json", code=1).rows()
    assert any("would be dead" in row["detail"] and row["status"] == "warning" for row in findings)
    assert any(row["check"] == "relay" and row["status"] == "failed" for row in findings)


def test_some_bad_files_are_partial_and_all_bad_files_fail(project: Project) -> None:
    """A missing file beside a good one is exit 4, alone it is exit 1; both are named."""
    ready(project)
    assert "gone.txt" in project.run("import", "page.txt", "gone.txt", code=4).err
    assert "gone.txt" in project.run("import", "gone.txt", code=1).err


def test_imported_feedback_names_bad_lines(project: Project) -> None:
    """Good lines are stored, each bad one is named with its line number."""
    ready(project)
    paper = project.run("search", "tomatoes", "--json").rows()[0]["paper"]
    good = {"subscriber": "reader-1", "paper": paper, "act": "up", "at": "2026-01-29T10:00:00Z"}
    (project.root / "votes.jsonl").write_text(
        "\n".join(
            [json.dumps(good), json.dumps(good | {"act": "maybe"}), "{", json.dumps(good | {"paper": "x"})]
        )
    )
    done = project.run("import", "--feedback", "votes.jsonl", code=4)
    assert [f"votes.jsonl:{line}" in done.err for line in (1, 2, 3, 4)] == [False, True, True, True]
    assert "1 new" in done.err


def test_unknown_names_fail_with_a_way_forward(project: Project) -> None:
    """An unknown subscriber or paper is exit 1 with the command that finds the right one."""
    ready(project)
    assert "paperroute subscribers" in project.run("recommend", "bob@example.org", code=1).err
    assert "paperroute search" in project.run("similar", "arxiv:9999.99999", code=1).err


def test_similar_papers_are_compared_by_all_they_say_once_there_was_a_fit(project: Project) -> None:
    """Before, by words in common; after, as on the page, which compares every paper of the store."""
    ready(project)
    (paper,) = (row["paper"] for row in project.run("search", "Tomatoes", "--json").rows())
    assert project.run("similar", str(paper), "--json").rows() == []
    project.run(*MORNING, "train")
    rows = project.run("similar", str(paper), "--json").rows()
    assert [row["rank"] for row in rows] == [1, 2]
    assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
    assert str(paper) not in {row["paper"] for row in rows}


def test_preview_stores_nothing(project: Project) -> None:
    """A preview in each format leaves no edition behind."""
    ready(project)
    for form, mark in (("text", "Editing Facts"), ("html", "<html"), ("eml", "List-Unsubscribe-Post")):
        assert mark in project.run(*MORNING, "preview", "ana@example.org", "--format", form).out
    assert project.run("deliveries", "--json").rows() == []


def test_a_test_mail_stays_outside_the_ledger(project: Project) -> None:
    """`test-mail` writes a digest and leaves no delivery row."""
    ready(project)
    project.run(*MORNING, "test-mail", "ana@example.org")
    assert list((project.root / "var" / "outbox").glob("*.eml"))
    assert project.run("deliveries", "--json").rows() == []


def test_try_needs_no_configuration(project: Project) -> None:
    """One sentence and saved files give a ranked page and the block that would keep it."""
    (project.root / "page.txt").write_text(LISTING, encoding="utf-8")
    (project.root / "again.txt").write_text(LISTING, encoding="utf-8")
    done = project.run("try", "editing facts stored in language models", "--from", "page.txt", "again.txt")
    assert done.out.index("Editing Facts") < done.out.index("[[subscriber.interest]]")
    page = Path(done.err.split("The page: ")[1].splitlines()[0])
    assert "Editing Facts" in page.read_text(encoding="utf-8")
    assert not (project.root / "config").exists()


def test_try_with_files_of_long_ago_says_when_they_were_new(project: Project) -> None:
    """The sample of the demo is of January 2026; as of then there is something to show."""
    sample = str(REPOSITORY / "config" / "sample" / "papers.jsonl")
    asked = ("try", "editing facts stored in language models", "--from", sample)
    done = project.run("--now", "2026-03-02T00:00Z", *asked)
    assert "Only papers of the last 30 days are ranked, and the newest of these is of 2026-01-30" in done.err
    then = done.err.split("--now ")[1].split()[0]
    assert project.run("--now", then, *asked).out.startswith(" 1. ")
    done = project.run("--now", then, "try", "zzyzx", "--from", sample)
    assert "No paper is near enough to this" in done.err


def test_try_says_what_it_cannot_reach(project: Project) -> None:
    """Without a network the live road fails in plain words."""
    done = project.run("try", "anything", "--from", "gone.txt", code=1)
    assert "gone.txt" in done.err
    assert "Traceback" not in done.err


def test_nothing_is_found_without_a_configuration(project: Project) -> None:
    """Commands that need one say where they looked and how to make one."""
    done = project.run("subscribers", code=3)
    assert "paperroute init" in done.err


def test_usage_errors_are_exit_2(project: Project) -> None:
    """Wrong words on the command line are exit 2."""
    ready(project)
    for words in (
        ("vote", "a", "b", "sideways"),
        ("preview", "a", "--format", "pdf"),
        ("--now", "soon", "train"),
    ):
        project.run(*words, code=2)


def test_init_never_overwrites(project: Project) -> None:
    """A second `init` keeps what is there; what it writes passes `check`."""
    project.run("init")
    project.subscribers.write_text(
        project.subscribers.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8"
    )
    project.run("init")
    assert project.subscribers.read_text(encoding="utf-8").endswith("# mine\n")
    project.run("check")


def test_search_finds_ids_and_authors(project: Project) -> None:
    """An arXiv id finds its paper, and an author's name finds what that author wrote."""
    ready(project)
    row = {"id": "2601.00042", "title": "On Lamps", "authors": ["Grace Hopper"], "abstract": "Light."}
    (project.root / "papers.jsonl").write_text(json.dumps(row), encoding="utf-8")
    project.run("import", "papers.jsonl")
    found = [
        project.run("search", query, "--json").rows()[0]["title"] for query in ("2601.00042", "Grace Hopper")
    ]
    assert found == ["On Lamps", "On Lamps"]


def test_an_empty_name_is_not_everybody(project: Project) -> None:
    """An unset variable in a script must not mail all subscribers."""
    ready(project)
    project.run(*MORNING, "publish", "--subscriber", "", "--force", code=1)
    project.run("--now", "", "publish", code=2)
    project.run("--now", "9999-12-31T23:59:59-12:00", "check", code=2)
    assert project.run("deliveries", "--json").rows() == []


def test_a_row_left_claimed_by_a_dead_process_expires(project: Project) -> None:
    """A month after the process died in mid-claim its digest is not worth sending, and says so."""
    ready(project)
    project.run(*MORNING, "publish")
    with sqlite3.connect(project.store) as connection:
        connection.execute("UPDATE delivery SET state = 'claimed', lease_until = date_header, fence = 1")
    project.run("--now", "2026-02-28T08:00Z", "deliver")
    assert [row["state"] for row in project.run("deliveries", "--json").rows()] == ["expired"]
    assert not list((project.root / "var").glob("outbox/*"))


def test_digest_holds_what_a_dead_process_left_in_doubt(project: Project) -> None:
    """The line for cron is a start-up too."""
    ready(project)
    project.run(*MORNING, "publish")
    with sqlite3.connect(project.store) as connection:
        connection.execute("UPDATE delivery SET state = 'in_doubt', fence = 1")
    project.run(*MORNING, "digest")
    assert [row["state"] for row in project.run("deliveries", "--json").rows()] == ["held"]
