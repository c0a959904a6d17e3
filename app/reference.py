"""The API reference: the OpenAPI document, arranged for a template."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]
METHODS = ("get", "head", "post", "put", "patch", "delete")
UNSAID = "Successful Response"
"""What FastAPI writes where an answer has no description."""
SMALLEST = {"minimum": "≥", "exclusiveMinimum": ">", "minLength": "≥", "minItems": "≥"}
LARGEST = {"maximum": "≤", "exclusiveMaximum": "<", "maxLength": "≤", "maxItems": "≤"}


@dataclass(frozen=True)
class Part:
    """A piece of a type; `schema` names the schema that it links to."""

    text: str
    schema: str = ""


@dataclass(frozen=True)
class Field:
    """One parameter or one member of an object; `place` is path, query or empty."""

    name: str
    type: list[Part]
    required: bool
    limits: str
    default: str
    description: str
    place: str = ""


@dataclass(frozen=True)
class Content:
    """One form that a body may have."""

    media_type: str
    type: list[Part]
    example: str


@dataclass(frozen=True)
class Answer:
    """One kind of answer."""

    status: str
    description: str
    content: list[Content]


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Field]
    body: list[Content]
    answers: list[Answer]
    curl: str


@dataclass(frozen=True)
class Schema:
    """One named schema: its members, or what it stands for."""

    name: str
    description: str
    fields: list[Field]
    type: list[Part]


@dataclass(frozen=True)
class Reference:
    """The whole document; `groups` are the operations by tag."""

    title: str
    description: str
    groups: dict[str, list[Operation]] = field(default_factory=dict)
    schemas: list[Schema] = field(default_factory=list)


def describe(document: Json, base_url: str) -> Reference:
    """Arrange an OpenAPI 3.1 document; curl commands ask `base_url`, which has no slash at its end."""
    reference = Reference(document["info"]["title"], document["info"].get("description", ""))
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                made = operation(document, base_url, path, method, item[method])
                reference.groups.setdefault((item[method].get("tags") or [""])[0], []).append(made)
    reference.schemas.extend(
        Schema(name, schema.get("description", ""), members(schema), parts(schema))
        for name, schema in sorted(document.get("components", {}).get("schemas", {}).items())
    )
    return reference


def operation(document: Json, base_url: str, path: str, method: str, spec: Json) -> Operation:
    """One operation with the command that carries out its example."""
    bodies = contents(document, spec.get("requestBody", {}))
    return Operation(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        summary=spec.get("summary", ""),
        description=spec.get("description", ""),
        parameters=[parameter(document, each) for each in spec.get("parameters", [])],
        body=bodies,
        answers=[
            Answer(status, answer["description"].replace(UNSAID, ""), contents(document, answer))
            for status, answer in spec["responses"].items()
        ],
        curl=curl(base_url + example_address(document, path, spec), method, bodies),
    )


def parameter(document: Json, spec: Json) -> Field:
    """One path or query parameter."""
    return member(
        spec["name"], spec["schema"], spec.get("required", False), spec.get("description"), spec["in"]
    )


def members(schema: Json) -> list[Field]:
    """The members of an object's schema."""
    required = schema.get("required", ())
    return [member(name, each, name in required) for name, each in schema.get("properties", {}).items()]


def member(name: str, schema: Json, required: bool, description: str | None = None, place: str = "") -> Field:
    """One name with its schema."""
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else ""
    return Field(
        name,
        parts(schema),
        required,
        limits(schema),
        default,
        description or schema.get("description", ""),
        place,
    )


def parts(schema: Json) -> list[Part]:
    """A schema in a notation close to TypeScript's, with links to the named schemas."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return [Part(name, name)]
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return list(joined([parts(choice) for choice in choices]))
    if "const" in schema or "enum" in schema:
        values = schema.get("enum") or [schema["const"]]
        return [Part(" | ".join(json.dumps(value, ensure_ascii=False) for value in values))]
    if schema.get("type") == "array":
        if "prefixItems" in schema:
            return [Part("["), *joined([parts(item) for item in schema["prefixItems"]], ", "), Part("]")]
        inner = parts(schema.get("items", {}))
        wrapped = [Part("("), *inner, Part(")")] if len(inner) > 1 else inner
        return [*wrapped, Part("[]")]
    if schema.get("type") == "object" and isinstance(schema.get("additionalProperties"), dict):
        return [Part("{string: "), *parts(schema["additionalProperties"]), Part("}")]
    return [Part("binary" if schema.get("format") == "binary" else schema.get("type", "any"))]


def joined(groups: list[list[Part]], separator: str = " | ") -> Iterator[Part]:
    """The groups with separators between them."""
    for i, group in enumerate(groups):
        if i:
            yield Part(separator)
        yield from group


def limits(schema: Json) -> str:
    """The bounds of a number, a text's length or a list's, such as `≥ 1, ≤ 64`."""
    found = [
        f"{sign} {schema[key]:g}"
        for table in (SMALLEST, LARGEST)
        for key, sign in table.items()
        if key in schema
    ]
    return ", ".join(found)


def contents(document: Json, holder: Json) -> list[Content]:
    """The forms of a request's or an answer's body."""
    return [
        Content(media_type, parts(content.get("schema", {})), example_text(document, media_type, content))
        for media_type, content in holder.get("content", {}).items()
    ]


def example_text(document: Json, media_type: str, content: Json) -> str:
    """The example of a JSON body, printed; empty where there is none."""
    value = example(document, content)
    if value is None or "json" not in media_type:
        return ""
    return value if isinstance(value, str) else pretty(value)


def example(document: Json, holder: Json) -> Any:
    """The example of a parameter, a body or a schema; None where there is none."""
    if "example" in holder:
        return holder["example"]
    examples = holder.get("examples")
    if isinstance(examples, dict):
        return next(iter(examples.values()))["value"]
    if examples:
        return examples[0]
    if "schema" in holder:
        return example(document, holder["schema"])
    if "$ref" in holder:
        return example(document, document["components"]["schemas"][holder["$ref"].rsplit("/", 1)[1]])
    return holder.get("default")


def example_address(document: Json, path: str, spec: Json) -> str:
    """The path of the example request, with its query."""
    query = {}
    for each in spec.get("parameters", []):
        value = example(document, each)
        if each["in"] == "path":
            path = path.replace(f"{{{each['name']}}}", str(value))
        elif each["in"] == "query" and value is not None and value != each["schema"].get("default"):
            query[each["name"]] = value
    return f"{path}?{urlencode(query)}" if query else path


def curl(url: str, method: str, bodies: list[Content]) -> str:
    """A command that can be pasted into a shell."""
    words = ["curl", shlex.quote(url)]
    body = next((content for content in bodies if content.example), bodies[0] if bodies else None)
    if method == "head":
        words.append("-I")
    elif method != "get" and not (method == "post" and body):
        words += ["-X", method.upper()]
    if body and body.example:
        compact = json.dumps(json.loads(body.example), ensure_ascii=False)
        words += ["-H", "'Content-Type: application/json'", "-d", shlex.quote(compact)]
    elif body and body.media_type.startswith("multipart/"):
        words += ["-F", "file=@picture.jpg"]
    elif body:
        words += ["-H", shlex.quote(f"Content-Type: {body.media_type}"), "--data-binary", "@picture.jpg"]
    return " ".join(words)


def pretty(value: Any, indent: str = "") -> str:
    """JSON on several lines, with short lists and objects kept on one."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(flat) <= 76 or not isinstance(value, dict | list) or not value:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {pretty(item, inner)}"
            for key, item in value.items()
        ]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + pretty(item, inner) for item in value) + f"\n{indent}]"
