"""The ZTF alert schema, version 3.3, as a table of fields.

The field list is that of the public ZTF avro alert schema (Patterson et al.
2019), which says what each field means. Only the order within a nullable union
is ours: ["null", type], the order that makes the default null legal Avro.
"""

from typing import Any

SCHEMAVSN = "3.3"

# A question mark is a nullable type.
CANDIDATE = """
jd double; fid int; pid long; diffmaglim float?; pdiffimfilename string?; programpi string?; programid int;
candid long; isdiffpos string; tblid long?; nid int?; rcid int?; field int?; xpos float?; ypos float?;
ra double; dec double; magpsf float; sigmapsf float; chipsf float?; magap float?; sigmagap float?;
distnr float?; magnr float?; sigmagnr float?; chinr float?; sharpnr float?; sky float?; magdiff float?;
fwhm float?; classtar float?; mindtoedge float?; magfromlim float?; seeratio float?; aimage float?;
bimage float?; aimagerat float?; bimagerat float?; elong float?; nneg int?; nbad int?; rb float?;
ssdistnr float?; ssmagnr float?; ssnamenr string?; sumrat float?; magapbig float?; sigmagapbig float?;
ranr double; decnr double; sgmag1 float?; srmag1 float?; simag1 float?; szmag1 float?; sgscore1 float?;
distpsnr1 float?; ndethist int; ncovhist int; jdstarthist double?; jdendhist double?; scorr double?;
tooflag int?; objectidps1 long?; objectidps2 long?; sgmag2 float?; srmag2 float?; simag2 float?; szmag2 float?;
sgscore2 float?; distpsnr2 float?; objectidps3 long?; sgmag3 float?; srmag3 float?; simag3 float?;
szmag3 float?; sgscore3 float?; distpsnr3 float?; nmtchps int; rfid long; jdstartref double;
jdendref double; nframesref int; rbversion string; dsnrms float?; ssnrms float?; dsdiff float?;
magzpsci float?; magzpsciunc float?; magzpscirms float?; nmatches int; clrcoeff float?; clrcounc float?;
zpclrcov float?; zpmed float?; clrmed float?; clrrms float?; neargaia float?; neargaiabright float?;
maggaia float?; maggaiabright float?; exptime float?; drb float?; drbversion string
"""

PRV_CANDIDATE = """
jd double; fid int; pid long; diffmaglim float?; pdiffimfilename string?; programpi string?; programid int;
candid long?; isdiffpos string?; tblid long?; nid int?; rcid int?; field int?; xpos float?; ypos float?;
ra double?; dec double?; magpsf float?; sigmapsf float?; chipsf float?; magap float?; sigmagap float?;
distnr float?; magnr float?; sigmagnr float?; chinr float?; sharpnr float?; sky float?; magdiff float?;
fwhm float?; classtar float?; mindtoedge float?; magfromlim float?; seeratio float?; aimage float?;
bimage float?; aimagerat float?; bimagerat float?; elong float?; nneg int?; nbad int?; rb float?;
ssdistnr float?; ssmagnr float?; ssnamenr string?; sumrat float?; magapbig float?; sigmagapbig float?;
ranr double?; decnr double?; scorr double?; magzpsci float?; magzpsciunc float?; magzpscirms float?;
clrcoeff float?; clrcounc float?; rbversion string
"""


def field_types(table: str) -> dict[str, str]:
    """Read a table of ``name type`` pairs, in order; ``type?`` is nullable."""
    pairs = (entry.split() for entry in table.split(";"))
    return {name: kind for name, kind in pairs}  # noqa: C416  dict() of lists is opaque to mypy


def _fields(table: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "type": ["null", kind[:-1]], "default": None}
        if kind.endswith("?")
        else {"name": name, "type": kind}
        for name, kind in field_types(table).items()
    ]


def _record(name: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "record", "name": name, "namespace": "ztf.alert", "version": SCHEMAVSN, "fields": fields}


def alert_schema() -> dict[str, Any]:
    """Avro schema of one packet: record ``ztf.alert``."""
    cutout = _record("cutout", _fields("fileName string; stampData bytes"))
    history = {"type": "array", "items": _record("prv_candidate", _fields(PRV_CANDIDATE))}
    return {
        "type": "record",
        "name": "alert",
        "namespace": "ztf",
        "version": SCHEMAVSN,
        "fields": [
            *_fields("schemavsn string; publisher string; objectId string; candid long"),
            {"name": "candidate", "type": _record("candidate", _fields(CANDIDATE))},
            {"name": "prv_candidates", "type": ["null", history], "default": None},
            {"name": "cutoutScience", "type": ["null", cutout], "default": None},
            {"name": "cutoutTemplate", "type": ["null", "ztf.alert.cutout"], "default": None},
            {"name": "cutoutDifference", "type": ["null", "ztf.alert.cutout"], "default": None},
        ],
    }
