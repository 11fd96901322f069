"""Units of a Parquet file that astropy wrote: they stand in YAML beside the columns, not in the fields."""

import pyarrow as pa
import yaml

META = b"table_meta_yaml"  # astropy's key


class _Plain(yaml.SafeLoader):  # type: ignore[misc]  # yaml says nothing of types
    """Plain values alone: what astropy would make an object of is nothing here."""


_Plain.add_multi_constructor("!", lambda loader, suffix, node: None)


def with_units_of_astropy(schema: pa.Schema) -> pa.Schema:
    """The same with ``unit`` in the metadata of each field that has one there.

    Raises
    ------
    yaml.YAMLError
        For damaged YAML; whoever opens the file says so.
    """
    text = (schema.metadata or {}).get(META)
    if text is None:
        return schema
    told = yaml.load(text, Loader=_Plain)  # a SafeLoader
    columns = told.get("datatype") if isinstance(told, dict) else None
    units = {each["name"]: str(each["unit"]) for each in columns or () if isinstance(each, dict) and each.get("unit")}
    fields = [
        field.with_metadata({**(field.metadata or {}), "unit": units[field.name]}) if field.name in units else field
        for field in schema
    ]
    return pa.schema(fields, metadata=schema.metadata)
