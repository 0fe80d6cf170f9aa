"""The three-way merge: by object and field, nothing lost."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model.errors import ProjectError
from hmi.model.tag import Span, Tag
from hmi.project import read_project, write_project
from hmi.project._kinds import Kind
from hmi.project._write import header_bytes, header_line, item_line
from hmi.project.merge import merge_file
from tests.project import cases
from tests.project.cases import small_project

A, B, C = "1000000000001", "2000000000002", "3000000000003"


def file_of(*items, kind: Kind = Kind.TAGS) -> bytes:
    return b"\n".join([header_line(kind), *(item_line(item) for item in cases.by_id(items)), b""])


def tag(ident: str = A, **fields) -> Tag:
    return Tag(id=ident, **{"path": f"Tag {ident[0]}", **fields})


def items_of(content: bytes) -> dict[str, Tag]:
    lines = content.splitlines()[1:]
    found = [msgspec.json.decode(line, type=Tag) for line in lines if not line.startswith(b'{"conflict"')]
    return {item.id: item for item in found}


def test_that_different_fields_of_one_object_are_both_taken():
    base = file_of(tag(unit="a", span=Span(low=0, high=10)))
    ours = file_of(tag(unit="b", span=Span(low=0, high=10)))
    theirs = file_of(tag(unit="a", span=Span(low=0, high=20), scale=2.0))
    merged = merge_file(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.content == file_of(tag(unit="b", span=Span(low=0, high=20), scale=2.0))


def test_that_objects_added_and_removed_on_either_side_come_and_go():
    base = file_of(tag(A), tag(B))
    merged = merge_file(base, file_of(tag(A), tag(B), tag(C)), file_of(tag(B)))
    assert merged.conflicts == ()
    assert merged.content == file_of(tag(B), tag(C))


def test_that_a_conflict_keeps_both_versions_and_the_project_opens(tmp_path: Path):
    write_project(small_project(), tmp_path)
    file = tmp_path / "tags/tags.jsonl"
    base = file.read_bytes()
    merged = merge_file(base, base.replace(b'"unit":"%"', b'"unit":"m"'), base.replace(b'"unit":"%"', b'"unit":"mm"'))
    (conflict,) = merged.conflicts
    assert conflict.fields == ("unit",)
    file.write_bytes(merged.content)
    result = read_project(tmp_path)
    assert result.project.tags_by_path["Line/Tank1.Level"].unit == "m"
    (problem,) = result.problems
    assert problem.reason.code == "project.conflict"
    assert problem.reason.arguments == {"id": conflict.id, "fields": "unit"}
    note = msgspec.json.decode(merged.content.splitlines()[problem.line - 1])
    assert (note["ours"]["unit"], note["theirs"]["unit"]) == ("m", "mm")
    write_project(result.project, tmp_path)
    assert file.read_bytes() == merged.content, "saving must not settle a conflict"


def test_that_an_object_removed_on_one_side_and_changed_on_the_other_is_kept_and_named():
    base = file_of(tag(A), tag(B))
    for ours, theirs in ((file_of(tag(B)), file_of(tag(A, unit="x"), tag(B))),) * 2:
        for first, second in ((ours, theirs), (theirs, ours)):
            merged = merge_file(base, first, second)
            assert [(one.id, one.fields) for one in merged.conflicts] == [(A, ())]
            assert items_of(merged.content)[A].unit == "x"
            note = msgspec.json.decode(merged.content.splitlines()[-1])
            assert {type(note["ours"]), type(note["theirs"])} == {dict, type(None)}


def test_that_members_of_a_type_merge_by_their_names():
    kind = small_project().types[0]
    run, speed = kind.members
    change = msgspec.structs.replace
    base = file_of(kind, kind=Kind.TYPES)
    ours = file_of(change(kind, members=(change(run, unit="x"), speed)), kind=Kind.TYPES)
    theirs = file_of(change(kind, members=(run, change(speed, unit="y"), change(run, name="Fault"))), kind=Kind.TYPES)
    merged = merge_file(base, ours, theirs)
    assert merged.conflicts == ()
    both = change(kind, members=(change(run, unit="x"), change(speed, unit="y"), change(run, name="Fault")))
    assert merged.content == file_of(both, kind=Kind.TYPES)


def test_that_elements_merge_by_property_and_keep_unknown_ones_to_the_byte():
    head = header_line(Kind.SCREENS, small_project().screens[0])
    line = b'{"id":"1000000000001","type":"pack","at":[1,2,3,4],"props":{"b": 1.50,"a":[1e2]}}'
    base = b"\n".join([head, line, b""])
    ours = base.replace(b"[1,2,3,4]", b"[9,2,3,4]")
    theirs = base.replace(b'"a":[1e2]', b'"a":[1e2],"c":"\xe4\xb8\xad"')
    merged = merge_file(base, ours, theirs)
    assert merged.conflicts == ()
    assert merged.content.splitlines()[1] == (
        b'{"id":"1000000000001","type":"pack","at":[9,2,3,4],"props":{"b": 1.50,"a":[1e2],"c":"\xe4\xb8\xad"}}'
    )
    only_ours = merge_file(base, ours, base)
    assert b'{"b": 1.50,"a":[1e2]}' in only_ours.content


def test_that_project_json_merges_by_field_and_a_conflict_in_it_still_opens(tmp_path: Path):
    project = small_project()
    change = msgspec.structs.replace

    def content(**fields) -> bytes:
        return header_bytes(change(project.header, **fields))

    merged = merge_file(content(), content(start=A), content(scan_classes=()))
    assert merged.content == content(start=A, scan_classes=())
    at_odds = merge_file(content(), content(start=A), content(start=B))
    assert [one.fields for one in at_odds.conflicts] == [("start",)]
    write_project(project, tmp_path)
    (tmp_path / "project.json").write_bytes(at_odds.content)
    result = read_project(tmp_path)
    assert [one.reason.code for one in result.problems] == ["project.conflict"]
    assert result.project.header.start == A
    write_project(result.project, tmp_path)
    assert msgspec.json.decode((tmp_path / "project.json").read_bytes())["conflict"]["theirs"]["start"] == B


def test_that_scan_classes_merge_by_their_names():
    project = small_project()
    change = msgspec.structs.replace
    classes = project.header.scan_classes

    def content(*scan_classes) -> bytes:
        return header_bytes(change(project.header, scan_classes=scan_classes))

    first = (change(classes[0], period_ms=50), *classes[1:])
    last = (*classes[:2], change(classes[2], period_ms=60_000))
    base = content(change(classes[0], period_ms=99), *classes[1:])
    merged = merge_file(base, content(first[0], *classes[1:]), content(change(classes[0], period_ms=99), *last[1:]))
    assert merged.conflicts == ()
    assert merged.content == content(first[0], *last[1:])


def test_that_a_file_of_an_older_format_is_lifted_before_it_is_merged():
    old = (Path(__file__).parent / "fixtures/format-0/tags/line.jsonl").read_bytes()
    project = read_project(Path(__file__).parent / "fixtures/format-0").project
    lifted = file_of(*(msgspec.structs.replace(one, scan="fast") for one in project.tags))
    ours = old.replace(b'"%"', b'"m"')
    merged = merge_file(old, ours, lifted)
    assert merged.conflicts == ()
    assert {(one.unit, one.scan) for one in items_of(merged.content).values()} == {("m", "fast"), ("", "fast")}


def test_that_broken_lines_and_older_conflicts_of_both_sides_stay():
    base = file_of(tag(A)) + b"old rubbish\nshared rubbish\n"
    ours = file_of(tag(A, unit="x")) + b"shared rubbish\nour rubbish\n"
    theirs = file_of(tag(A, scale=2.0)) + b'old rubbish\nshared rubbish\n{"conflict":"x","fields":["a"]}\n'
    lines = merge_file(base, ours, theirs).content.splitlines()
    assert lines[2:] == [b"shared rubbish", b"our rubbish", b'{"conflict":"x","fields":["a"]}']


@pytest.mark.parametrize("content", [b"rubbish", b"\0\xff", b'{"kind":"nothing"}\n{}', b"[1]", b'{"kind":"tags"}\n'])
def test_that_a_file_that_is_none_of_a_project_is_refused(content: bytes):
    with pytest.raises(ProjectError):
        merge_file(file_of(tag(A)), file_of(tag(B)), content)


def test_that_files_of_different_kinds_are_refused():
    with pytest.raises(ProjectError):
        merge_file(b"", file_of(tag(A)), file_of(small_project().types[0], kind=Kind.TYPES))


few = st.lists(
    st.builds(Tag, id=st.sampled_from([A, B, C]), **{**cases.shared, "path": st.sampled_from(["a", "b"])}),
    max_size=3,
    unique_by=lambda item: item.id,
).map(lambda items: file_of(*items))


@settings(max_examples=80, deadline=None)
@given(few, few, few)
def test_that_merging_follows_its_laws(base: bytes, ours: bytes, theirs: bytes):
    assert merge_file(base, ours, base).content == ours
    assert merge_file(base, base, theirs).content == theirs
    assert merge_file(base, ours, ours).content == ours
    there, back = merge_file(base, ours, theirs), merge_file(base, theirs, ours)
    assert {one.id for one in there.conflicts} == {one.id for one in back.conflicts}
    if not there.conflicts:
        assert there.content == back.content
    assert merge_file(base, ours, theirs) == there
    old, own, other = items_of(base), items_of(ours), items_of(theirs)
    for ident, item in items_of(there.content).items():
        assert item in (own.get(ident), other.get(ident)) or (ident in own and ident in other)
    kept = {ident for ident in {*own, *other} if not (ident in old and (ident not in own or ident not in other))}
    assert kept <= set(items_of(there.content))
    for conflict in there.conflicts:
        note = next(
            line for line in map(msgspec.json.decode, there.content.splitlines()) if line.get("conflict") == conflict.id
        )
        for side, version in (("ours", own), ("theirs", other)):
            expected = msgspec.json.decode(item_line(version[conflict.id])) if conflict.id in version else None
            assert note[side] == expected
    lines = there.content.splitlines()
    assert lines[1 : 1 + len(items_of(there.content))] == [item_line(item) for item in items_of(there.content).values()]


@settings(max_examples=60, deadline=None)
@given(few, st.binary(max_size=120), few)
def test_that_no_bytes_at_all_make_the_merge_fail_but_in_words(base: bytes, rubbish: bytes, theirs: bytes):
    for side in (rubbish, base + rubbish):
        for versions in ((base, side, theirs), (side, base, theirs), (base, theirs, side)):
            code = "project.merge_"
            try:
                merge_file(*versions)
            except ProjectError as error:
                code = error.reason.code
            assert code.startswith("project.merge_")
