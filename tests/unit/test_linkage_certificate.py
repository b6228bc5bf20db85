"""The certificate: what it says, and that it is noticed when it is not so."""

import os

import pytest

from nco_research.linkage.certificate import read_certificate, verify_certificate
from nco_research.linkage.private import WORK
from output_checks.errors import InputError, IntegrityError
from tests.linkage_factories import BSNS, Office, row


@pytest.fixture
def office(tmp_path) -> Office:
    made = Office(tmp_path)
    made.deliver([row(), row(DOMEIN="BL", SCORE="")])
    return made


def test_the_certificate_says_what_was_destroyed_what_remains_and_how_many_were_linked(office):
    office.deliver([row(GROEP="9")], brin="18AC00").write_text("", encoding="cp1252")
    path = office.deliveries / "LVS_18AB00_2021.csv"
    size = path.stat().st_size
    result = office.link(destroy_deliveries=True)
    assert [one.name for one in office.deliveries.iterdir()] == ["LVS_18AC00_2021.csv"]
    certificate = read_certificate(result.certificate)
    delivered = [item for item in certificate.destroyed if item.what == "delivery"]
    assert [(item.name, item.size, item.rows, item.columns[0]) for item in delivered] == [(path.name, size, 2, "BSN")]
    assert {item.name for item in certificate.destroyed} == {path.name, "pupils-00000.parquet", "rows-00000.parquet"}
    assert [item.name for item in certificate.remains] == ["LVS_18AC00_2021.csv", "persons.parquet", "objections.csv"]
    assert [item.name for item in certificate.written] == ["LVSNCO2021V1.parquet"]
    assert certificate.counts == result.counts
    assert certificate.key_apart
    text = result.certificate.with_suffix(".txt").read_text(encoding="utf-8")
    assert "Destroyed: 3 files" in text
    assert "identifiers left" in text
    assert verify_certificate(result.certificate).deliveries_left == 1


def test_deliveries_are_overwritten_before_they_are_removed(office):
    path = office.deliveries / "LVS_18AB00_2021.csv"
    size = path.stat().st_size
    twin = office.folder / "the same bytes on the disk"
    try:
        os.link(path, twin)
    except OSError:
        pytest.skip("no second names for files here")
    office.link(destroy_deliveries=True)
    assert not path.exists()
    assert twin.read_bytes() == bytes(size)


def test_a_certificate_that_was_changed_is_noticed(office):
    path = office.link().certificate
    content = path.read_bytes()
    assert verify_certificate(path)
    for changed in (
        content.replace(b'"rows_written": 2', b'"rows_written": 3'),
        content.replace(b"true", b"false"),
        content + b"\n",
        content[: len(content) // 2],
        b"{}",
    ):
        assert changed != content
        path.write_bytes(changed)
        with pytest.raises(IntegrityError, match="not a certificate as it was sealed"):
            verify_certificate(path)
    path.write_bytes(content)
    assert verify_certificate(path)
    with pytest.raises(InputError, match="cannot be read"):
        verify_certificate(path.with_name("none.json"))


def test_a_certificate_whose_files_are_not_as_it_says_is_noticed(office):
    path = office.deliveries / "LVS_18AB00_2021.csv"
    delivered = path.read_bytes()
    result = office.link(destroy_deliveries=True)
    output = result.output[0]
    written = output.read_bytes()

    def wrong() -> str:
        with pytest.raises(IntegrityError, match="intact, but not all is as it says") as caught:
            verify_certificate(result.certificate)
        return str(caught.value)

    path.write_bytes(delivered)
    assert "LVS_18AB00_2021.csv was destroyed, and is there" in wrong()
    path.unlink()
    output.write_bytes(written[:-1])
    assert "LVSNCO2021V1.parquet is not as it was written" in wrong()
    assert "nobody knows what is in it" in wrong()
    output.unlink()
    assert "was written, and is not there" in wrong()
    output.write_bytes(written)
    (office.to / "extra.csv").write_text(f"BSN;SCORE\n{BSNS[0]};2\n", encoding="cp1252")
    assert "extra.csv has the identifying column BSN" in wrong()
    (office.to / "extra.csv").write_text("GROEP;SCORE\n1;2\n", encoding="cp1252")
    assert verify_certificate(result.certificate)
    (office.folder / "identified" / WORK).mkdir()
    assert "folder of intermediate files is there" in wrong()


def test_a_certificate_is_true_wherever_the_folders_are_moved_together(office, tmp_path_factory):
    office.link(destroy_deliveries=True)
    moved = tmp_path_factory.mktemp("moved") / "country"
    office.folder.rename(moved)
    (certificate,) = (moved / "identified" / "certificates").glob("*.json")
    assert verify_certificate(certificate)
    assert str(office.folder) not in certificate.read_text(encoding="utf-8")


def test_a_delivery_that_was_replaced_at_the_last_moment_is_not_destroyed_and_is_said_to_remain(office):
    path = office.deliveries / "LVS_18AB00_2021.csv"
    other = office.deliver([row(BRIN="18AC")], brin="18AC00")

    def replaced(text: str) -> None:
        if text == "finishing":
            path.write_text("a new delivery", encoding="cp1252")

    result = office.link(destroy_deliveries=True, progress=replaced)
    assert path.read_text(encoding="cp1252") == "a new delivery"
    assert not other.exists()
    certificate = read_certificate(result.certificate)
    assert [item.name for item in certificate.remains if item.what == "delivery"] == [path.name]
    assert [item.name for item in certificate.destroyed if item.what == "delivery"] == [other.name]
