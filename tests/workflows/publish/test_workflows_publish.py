"""What a paper needs of a run: complete, the same each time, true to the record, and accepted by LaTeX."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from alertlab.config import compose
from alertlab.core.predictions import read_predictions
from alertlab.tracking import Tracker
from alertlab.workflows.publish import references
from alertlab.workflows.report import report

ROOT = Path(__file__).parents[3]
STAMPS = """
source: "Nobody et al. 2020, table 1 & 2"
metrics: {accuracy: [0.9, 0.01], recall/SN: 0.8}
"""
DOCUMENTS = {
    "aastex": (r"\documentclass[twocolumn]{aastex631}", r"\title{A run}\author{Nobody}", "aasjournal"),
    "mnras": (r"\documentclass[usenatbib]{mnras}", r"\title[A run]{A run}\author[N]{Nobody}\maketitle", "mnras"),
}


@pytest.fixture(scope="module")
def config(tiny_run, tmp_path_factory):
    path = tmp_path_factory.mktemp("published") / "published.yaml"
    path.write_text(STAMPS)
    store = f"tracking.uri=sqlite:///{tiny_run[1]}/mlflow.db"
    return compose("report", [store, f"evaluation.published={path}", "evaluation.journal=mnras"])


@pytest.fixture(scope="module")
def paper(tiny_run, config, tmp_path_factory):
    """The folder of a run."""
    folder = tmp_path_factory.mktemp("paper")
    return report(config, tiny_run[0].run_id, folder).folder


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_what_a_paper_needs(paper):
    top = {"report.html", "methods.md", "methods.tex", "references.bib", "model_card.md", "figures.tex", "tables.tex"}
    assert {path.name for path in paper.iterdir()} == {*top, "figures"}
    figures = {path.stem for path in (paper / "figures").glob("*.pdf")}
    assert {"confusion_matrix", "confusion_counts", "roc", "precision_recall_by_class", "reliability"} <= figures
    included = set(re.findall(r"\\includegraphics\{figures/(\w+)\.pdf\}", (paper / "figures.tex").read_text()))
    assert included == figures
    tables = {path.name for path in (paper / "figures").glob("*.tex")}
    assert {"classes.tex", "confusion.tex", "results.tex"} <= tables
    assert set(re.findall(r"\\input\{figures/([\w.]+)\}", (paper / "tables.tex").read_text())) == tables
    numbers = {
        "metrics.csv",
        "classes.csv",
        "roc.csv",
        "precision_recall_by_class.csv",
        "confusion_counts.csv",
        "published.csv",
    }
    assert numbers <= {path.name for path in (paper / "figures").glob("*.csv")}
    assert sum(map(len, content(paper / "figures").values())) < 3e6


def test_the_same_run_gives_the_same_bytes_and_other_files_stay(tiny_run, config, paper, tmp_path):
    (tmp_path / "mine.tex").write_text("mine")
    again = report(config, tiny_run[0].run_id[:8], tmp_path).folder
    assert content(again) == content(paper) | {Path("mine.tex"): b"mine"}


def test_methods_say_what_the_run_recorded(tiny_run, config, paper):
    text, record = (paper / "methods.md").read_text(), Tracker(config.tracking.uri).record(tiny_run[0].run_id)
    for known in (record.tags["data"], record.tags["data_hash"][:12], record.tags["split_hash"][:12], record.run_id):
        assert known in text
    assert f"Seed {record.params['run.seed']}." in text
    assert f"`torch` {record.tags['version.torch']} [@Paszke2019]" in text
    assert "`StampClassifier` [@CarrascoDavis2021]" in text
    assert f"`kernel_size` {record.params['model.kernel_size']}" in text
    rows = tiny_run[0].predictions
    assert f"test {(read_predictions(rows).part == 'test').sum()} samples of" in text
    assert "None" not in text
    assert "null" not in text


def test_what_is_cited_is_in_the_references_and_nothing_else(paper):
    keys = set(re.findall(r"@\w+\{(\w+),", (paper / "references.bib").read_text()))
    assert set(re.findall(r"@(\w+)[;\]]", (paper / "methods.md").read_text())) == keys
    cited = re.findall(r"\\citep\{([\w,]+)\}", (paper / "methods.tex").read_text())
    assert {key for each in cited for key in each.split(",")} == keys


def test_a_table_of_another_program_has_all_but_what_only_a_run_knows(tiny_run, config, tmp_path):
    table = shutil.copy(tiny_run[0].predictions, tmp_path / "theirs.parquet")
    out = report(config, str(table), tmp_path / "out").folder
    text = (out / "methods.md").read_text()
    assert "Objects of each class in the test part" in text
    assert not re.search(r"[Ss]eed|SHA|torch|StampClassifier|epochs", text)
    assert (out / "figures" / "confusion_matrix.pdf").is_file()
    assert "theirs" in (out / "report.html").read_text()


def test_published_values_stand_beside_ours_marked_as_such(paper):
    classes = (paper / "figures" / "classes.tex").read_text()
    assert "recall & recall, published" in classes
    assert "Nobody et al. 2020, table 1 \\& 2" in classes
    assert re.search(r"^SN & .*\$0\.800\$", classes, re.MULTILINE)
    assert "$0.900 \\pm 0.010$" in (paper / "figures" / "results.tex").read_text()
    assert "Nobody et al. 2020" in (paper / "report.html").read_text()


@pytest.mark.parametrize("journal", DOCUMENTS)
def test_latex_takes_all_of_it(paper, journal, tmp_path):
    first, title, style = DOCUMENTS[journal]
    name = re.search(r"\{(\w+)\}", first)[1]
    if shutil.which("pdflatex") is None:
        pytest.skip("there is no pdflatex; Debian has it in texlive-latex-base")
    if not subprocess.run(["kpsewhich", f"{name}.cls"], capture_output=True, check=False).stdout:
        pytest.skip(f"LaTeX has no {name}.cls; Debian has it in texlive-publishers")
    folder = shutil.copytree(paper, tmp_path / "paper")
    body = [title, r"\input{methods}", r"\input{tables}", r"\input{figures}"]
    end = [rf"\bibliographystyle{{{style}}}", r"\bibliography{references}", r"\end{document}"]
    packages = [first, r"\usepackage{booktabs,graphicx}", r"\begin{document}"]
    (folder / "main.tex").write_text("\n".join([*packages, *body, *end]))
    for command in (["pdflatex"], ["bibtex"], ["pdflatex"], ["pdflatex"]):
        more = ["-interaction=nonstopmode", "-halt-on-error"] if command == ["pdflatex"] else []
        done = subprocess.run([*command, *more, "main"], cwd=folder, capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout.decode("latin-1")[-2000:]
    log = (folder / "main.log").read_text("latin-1")
    assert not re.findall(r"Citation .* undefined|Reference .* undefined|File .* not found", log)
    overfull = [float(each) for each in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert max(overfull, default=0) < 10  # a long word of the methods; no table and no figure


def test_every_entry_is_whole_and_every_key_has_one():
    known = references.library()
    tables = (references.MODELS, references.LIBRARIES, references.EXPERIMENTS, references.DATA)
    keys = {key for table in tables for found in table.values() for key in found}
    assert keys | {references.ALERTLAB, references.MLFLOW, references.OPTUNA, *references.ASTROPY} <= set(known)
    for entry in known.values():
        assert all(re.search(rf"^  {field} = \{{.+\}}", entry, re.MULTILINE) for field in ("author", "title", "year"))
        assert entry.count("{") == entry.count("}")


def test_alertlab_is_cited_as_its_citation_file_says():
    said = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    entry = references.bibtex([references.ALERTLAB], said["version"])
    assert said["title"] in entry
    assert said["authors"][0]["name"] in entry
    assert f"version {said['version']}" in entry
    assert said["license"] in entry


def test_simulated_data_cite_no_survey():
    assert references.papers_of_data("853 ZTF stamps") == ("Bellm2019",)
    assert references.papers_of_data("400 simulated alerts of ZTF") == ()


def test_astropy_is_cited_where_it_read_the_data():
    assert references.reads_with_astropy({"source": {"path": "night.fits.gz"}})
    assert not references.reads_with_astropy({"source": {"path": "night.parquet", "n": 3}})
