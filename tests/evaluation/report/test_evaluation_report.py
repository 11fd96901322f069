"""The report: what a browser would load from it, what it shows, and what it must not believe."""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from alertlab.core.rows import Rows
from alertlab.core.samples import UNLABELLED, Samples
from alertlab.core.taxonomy import Taxonomy
from alertlab.evaluation import evaluate
from alertlab.evaluation.classification.gallery import galleries
from alertlab.evaluation.report import Subject, report_html
from alertlab.evaluation.report.stamps import MISSING_COLOUR, stamp_picture, stretch
from alertlab.runtime.manifest import Column
from PIL import Image

SUBJECT = Subject("stamps", "baseline", "400 simulated alerts", {"Run id": "f00"}, {"kernel_size": "3"})
HISTORY = [{"epoch": epoch, "repeat": 0, "train_loss": 1.0, "validation_loss": 0.5} for epoch in range(3)]
VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """Elements, cells and text of a page; a tag closed out of turn is an error."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.text = [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(" ".join(data.split()))

    def all(self, name, kind=None):
        return [of for tag, of in self.tags if tag == name and (kind is None or kind in of.get("class", ""))]


def samples_of(predictions, seed=0, side=5):
    """Stamps and metadata of the predicted samples."""
    n = len(predictions)
    random = np.random.default_rng(seed)
    inputs = {"stamp": random.normal(size=(n, 3, side, side)), "metadata": random.normal(size=(n, 2))}
    return Samples(
        {name: array.astype(np.float32) for name, array in inputs.items()},
        predictions.target,
        predictions.sample_id,
        predictions.object_id,
        Taxonomy(predictions.classes),
        {"metadata": (Column("magpsf", "mag"), Column("chinr", missing=-999.0))},
    )


def render(predictions, samples=None, **options):
    evaluation = evaluate(predictions, resamples=20)
    return report_html(
        SUBJECT, evaluation, predictions, samples_of(predictions) if samples is None else samples, **options
    )


@pytest.fixture(scope="module")
def html(make_noisy):
    """A page with its figures, which later tests leave out: each takes a quarter of a second."""
    return render(make_noisy(), history=HISTORY)


@pytest.fixture(autouse=True)
def _without_figures(html, monkeypatch):
    monkeypatch.setattr("alertlab.evaluation.report.page._svg", lambda figure: "data:,")


def test_nothing_is_asked_of_any_host(html):
    page = Page(html)
    loaded = [of[name] for _, of in page.tags for name in ("src", "href", "srcset", "data", "action") if name in of]
    assert all(re.match(r"data:|#", address) for address in loaded)
    assert not re.search(r"url\(|@import|<script|<iframe", html)
    assert not re.search(r"//", re.sub(r"data:[^\"]*", "", html))
    (policy,) = [of["content"] for of in page.all("meta") if "http-equiv" in of]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")


def test_figures_load_nothing_either(html):
    svgs = re.findall(r"data:image/svg\+xml;base64,([^\"]*)", html)
    assert len(svgs) == 7
    for svg in svgs:
        text = base64.b64decode(svg).decode()
        assert "<image" not in text
        assert set(re.findall(r'href="(.)', text)) | set(re.findall(r"url\((.)", text)) == {"#"}


def test_every_section_is_there_and_the_contents_lead_to_it(html):
    page = Page(html)
    sections = {of["id"] for of in page.all("section")}
    assert {"run", "results", "classes", "confusion", "reliability", "learning", "gallery", "class-1"} <= sections
    assert {of["href"].removeprefix("#") for of in page.all("a")} == sections
    assert len([of["id"] for _, of in page.tags if "id" in of]) == len(sections)


@pytest.mark.parametrize("repeats", [1, 3])
def test_numbers_are_those_of_the_evaluation(make_noisy, repeats):
    predictions = make_noisy(n=60, repeats=repeats)
    text = Page(render(predictions)).text
    evaluation = evaluate(predictions, resamples=20)
    for value in (*dict(evaluation.results()).values(), *np.ravel(evaluation.tables()[0].rows)):
        assert value in text
    assert ("Mean ± standard deviation" in " ".join(text)) == (repeats > 1)


def test_both_levels_are_shown_the_top_first(light_curves, two_levels):
    page = Page(report_html(SUBJECT, two_levels, light_curves, None))
    value = dict(two_levels.results())["top/macro_f1"]
    assert value in page.text
    assert page.text.index("Top macro f1".replace("f1", "F1")) < page.text.index(value)
    shown = [of["alt"] for of in page.all("img") if of.get("alt", "").startswith("Confusion matrix")]
    assert [" of the top level" in alt for alt in shown] == [True] * 3 + [False] * 3
    assert {"top/Transient", "Periodic-Other"} <= set(page.text)


def test_simulated_data_are_called_simulated(make_noisy):
    predictions = make_noisy(n=60)
    assert "Simulated data." in Page(render(predictions)).text
    real = replace(SUBJECT, data="alerts of night.tar.gz")
    page = report_html(real, evaluate(predictions, resamples=20), predictions, None)
    assert "imulated" not in page


def test_the_most_confident_mistakes_come_first_and_an_object_once(make_noisy):
    predictions = make_noisy(n=300, repeats=2)
    predictions = replace(predictions, object_id=np.array([f"ZTF{row % 200}" for row in range(600)]))
    frame = predictions.table().to_pandas()
    frame["p"] = [row[f"probability_{row.prediction}"] for _, row in frame.iterrows()]
    for each in galleries(predictions, 8, 4):
        own = frame[frame.target == each.name]
        wrong = own[own.prediction != own.target].sort_values("p", ascending=False)
        expected = wrong.drop_duplicates("object_id").head(8)
        assert [example.sample_id for example in each.wrong] == expected.sample_id.tolist()
        assert [example.probability[example.predicted] for example in each.wrong] == expected.p.tolist()
        assert (each.mistakes, each.samples) == (len(wrong), len(own))
        assert all(example.true == each.name == example.predicted for example in each.right)
        assert len({example.object_id for example in each.right}) == 4
        for example in each.wrong:
            of = own[own.object_id == example.object_id]
            assert (example.wrong, example.tested) == ((of.prediction != of.target).sum(), len(of))


def test_only_labelled_rows_of_the_part_are_shown(make_table):
    parts = ["test", "test", "train", "test"]
    predictions = make_table([0, 1, 0, UNLABELLED], np.eye(2)[[0, 0, 1, 1]], ("AGN", "SN"), part=parts)
    page = Page(render(predictions))
    assert [text for text in page.text if re.fullmatch(r"ZTF\d", text)] == ["ZTF0", "ZTF1"]


def test_the_order_of_rows_does_not_matter_and_the_same_input_is_the_same_page(make_noisy):
    predictions = make_noisy(n=100)
    shuffled = predictions.take(np.random.default_rng(1).permutation(100))
    samples = samples_of(predictions)
    assert render(predictions, samples) == render(predictions, samples) == render(shuffled, samples)


def test_hostile_identifiers_and_class_names_stay_text(make_table):
    classes = ("<script>alert(1)</script>", '"><img src=//evil.org/x>')
    hostile = ["<script>alert(2)</script>", "' onerror='x", "a&b"]
    html = render(make_table([0, 0, 1], np.eye(2)[[0, 1, 1]], classes, objects=hostile), history=HISTORY)
    page = Page(html)
    assert page.all("script") == []
    assert not any(name.startswith("on") for _, of in page.tags for name in of)
    assert all(of["src"].startswith("data:") for of in page.all("img"))
    assert {*classes, *hostile} <= set(page.text)


def test_no_mistake_at_all_is_said(make_table):
    page = Page(render(make_table([0, 1], np.eye(2), ("AGN", "SN"))))
    assert page.text.count("No mistakes in 1 test samples") == 2
    assert len(page.all("img", "stamp")) == 2


def test_an_absent_class_is_named(make_noisy):
    page = Page(render(make_noisy(n=100, only=[0, 1])))
    assert "Absent from test, and from every average: VS, asteroid, bogus." in page.text
    assert page.text.count("Absent: no test sample of this class.") == 3


def test_without_learning_curves_the_section_says_so(make_noisy):
    page = Page(render(make_noisy(n=60)))
    assert "None were recorded for this run." in page.text


@pytest.mark.parametrize("why", ["no samples", "no stamps"])
def test_without_stamps_the_gallery_lists_identifiers(make_noisy, why):
    predictions = make_noisy(n=60)
    samples = samples_of(predictions)
    samples = None if why == "no samples" else replace(samples, inputs={"metadata": samples.inputs["metadata"]})
    note = "gone" if samples is None else ""
    page = Page(report_html(SUBJECT, evaluate(predictions, resamples=20), predictions, samples, note=note))
    assert page.all("img", "stamp") == []
    worst = galleries(predictions, 8, 4)[0].wrong[0]
    assert {worst.object_id, str(worst.sample_id)} <= set(page.text)
    assert ("Identifiers only: gone" in page.text) == (samples is None)


def test_a_sample_that_the_data_lack_has_its_card_without_a_stamp(make_noisy):
    predictions = make_noisy(n=60)
    page = Page(render(predictions, samples_of(predictions).take(np.arange(0))))
    assert page.all("img", "stamp") == []
    assert "Not among the samples." in page.text


def test_stamps_that_lie_in_a_file_are_read_one_by_one(make_noisy, tmp_path, monkeypatch):
    predictions = make_noisy(n=200)
    samples = samples_of(predictions)
    np.save(tmp_path / "stamps.npy", samples.inputs["stamp"])
    mapped = np.load(tmp_path / "stamps.npy", mmap_mode="r")
    lazy = replace(samples, inputs={**samples.inputs, "stamp": mapped})
    expected, read = render(predictions, samples), []
    monkeypatch.setattr(Rows, "read", lambda rows: read.append(len(rows)) or rows.array[rows.rows])
    assert render(predictions, lazy) == expected
    assert set(read) == {1}


def test_metadata_have_their_unit_and_sentinels_are_unknown(make_table):
    predictions = make_table([0, 1], np.eye(2), ("AGN", "SN"))
    samples = samples_of(predictions)
    samples.inputs["metadata"][:] = [[18.25, -999], [np.nan, 2]]
    text = Page(render(predictions, samples)).text
    assert text.count("unknown") == 2
    assert {"18.25 mag", "2"} <= set(text)


def test_a_page_of_many_classes_and_large_stamps_stays_below_five_megabytes(make_noisy):
    predictions = make_noisy(n=300, classes=tuple(f"class {number}" for number in range(22)))
    samples = samples_of(predictions, side=100)
    assert len(render(predictions, samples)) < 5e6


def decoded(stamp):
    content = base64.b64decode(stamp_picture(stamp).partition(",")[2])
    return np.array(Image.open(io.BytesIO(content)).convert("RGBA"))


def test_a_missing_pixel_has_its_own_colour_and_row_0_is_at_the_bottom():
    stamp = np.random.default_rng(0).normal(size=(3, 4, 4)).astype(np.float32)
    stamp[0, 0, 0], stamp[1] = np.nan, np.nan
    stamp[2, 3, 1] = np.inf
    picture = decoded(stamp)
    assert picture.shape == (4, 16, 4)
    missing = (picture[..., :3] == list(bytes.fromhex(MISSING_COLOUR[1:]))).all(axis=2)
    assert missing[3, 0]
    assert missing[:, 6:10].all()
    assert missing[0, 13]
    assert missing.sum() == 18
    grey = picture[~missing][:, :3]
    assert (grey == grey[:, :1]).all()


def test_the_stretch_keeps_the_order_of_pixels_and_leaves_noise_grey():
    random = np.random.default_rng(0)
    noise = random.normal(100, 5, (63, 63))
    bright = noise + 4000 * np.exp(-((np.indices((63, 63)) - 31) ** 2).sum(axis=0) / 8)
    for image in (noise, bright):
        brightness, order = stretch(image).ravel(), np.argsort(image, axis=None)
        assert (np.diff(brightness[order]) >= 0).all()
        assert brightness.min() >= 0
    assert stretch(bright).max() == 1
    assert np.median(stretch(noise)) == pytest.approx(np.arcsinh(1) / (np.arcsinh(1) + np.arcsinh(5 / 3)), abs=0.01)
    assert np.isfinite(stretch(np.zeros((4, 4)))).all()
