"""Systems of activities from openLCA: packages (ZIP) of JSON-LD, versions 1 and 2 of the schema.

Read with the JSON reader of the standard library, as decimals: GreenDelta's own `olca-schema` keeps
amounts as floats, which are not what is written, and unpacks without bounds.

Shapes: https://greendelta.github.io/olca-schema (Process, Exchange, Flow, UnitGroup, Uncertainty).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, cast

from consortium.documents.archives import parts_of
from consortium.documents.csv import FileUnreadable
from consortium.value_chains.imports.building import (
    Building,
    Emitted,
    Process,
    Product,
    Taken,
    negative,
    of_log_normal,
    of_normal,
    of_triangular,
    of_uniform,
)
from consortium.value_chains.rules.stated import FileUnit, Place, StatedSystem

_FOLDERS: Final = ("flows/", "locations/", "processes/", "unit_groups/")
_SHARED: Final = ("PHYSICAL_ALLOCATION", "ECONOMIC_ALLOCATION")
Node = Mapping[str, Any]


class MalformedPackage(FileUnreadable):
    """The package is none of openLCA's: export it there as JSON-LD."""

    code = "FILE_MALFORMED_PACKAGE"


def read_openlca(name: str, data: bytes) -> StatedSystem:
    """The processes of a package.

    Raises FileUnreadable: it cannot be unpacked, is too large, or its parts are none of openLCA's.
    """
    package = _Package(name)
    # By their paths: what processes refer to comes first, but for the units.
    for path, content in parts_of(name, data, lambda path: path.endswith(".json")):
        folder = path.rpartition("/")[0].rpartition("/")[2] + "/"
        if folder in _FOLDERS:
            package.take(folder, path, content)
    if not package.processes:
        raise MalformedPackage(f"{name}: no process is in the package (processes/*.json).")
    for path, process in package.processes:
        try:
            package.process(path, process)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MalformedPackage(f"{name}: {path} is no process of openLCA's.") from error
    return package.building.done()


@dataclass
class _Package:
    name: str
    building: Building = field(default_factory=Building)
    flows: dict[str, Node] = field(default_factory=dict[str, Node])
    locations: dict[str, str] = field(default_factory=dict[str, str])
    processes: list[tuple[str, Node]] = field(default_factory=list[tuple[str, Node]])

    def take(self, folder: str, path: str, content: bytes) -> None:
        """Keep what is needed of a part."""
        node = self._node(path, content)
        key = _text(node.get("@id"))
        match folder:
            case "flows/":
                wanted = ("name", "flowType", "cas", "category")
                self.flows[key] = {one: node[one] for one in wanted if one in node}
            case "locations/":
                self.locations[key] = _text(node.get("code"))
            case "unit_groups/":
                self._units(key, node)
            case _:
                self.processes.append((path, node))

    def process(self, path: str, node: Node) -> None:
        """Add a process with its exchanges; the place of an exchange is its number, from 1."""
        exchanges = _nodes(node.get("exchanges"))
        key = _text(node["@id"])
        products = self._products(node, exchanges)
        self.building.process(self._facts(path, node), list(products.values()))
        for number, one in enumerate(exchanges, 1):
            if number - 1 not in products:
                self._exchange(key, Place(path, number), one)

    def _facts(self, path: str, node: Node) -> Process:
        documented = _node(node.get("processDocumentation"))
        location = _node(node.get("location"))
        code = self.locations.get(_text(location.get("@id"))) or _text(location.get("name"))
        return Process(
            _text(node["@id"]),
            _text(node.get("name")),
            Place(path, 0),
            code,
            _text(documented.get("validFrom"))[:10],
            _text(documented.get("validUntil"))[:10],
            "",
            _text(_node(documented.get("publication")).get("name")),
        )

    def _products(self, node: Node, exchanges: list[Node]) -> dict[int, Product]:
        """What the process makes, by the place of the exchange: products, or waste it treats."""
        found: dict[int, Product] = {}
        shares = self._shares(node)
        for place, one in enumerate(exchanges):
            kind, is_input = self._kind(one), _is(one, "isInput", "input")
            made = kind == "PRODUCT_FLOW" and not is_input
            treated = kind == "WASTE_FLOW" and is_input
            avoided = _is(one, "isAvoidedProduct", "avoidedProduct")
            if avoided or not (
                made or treated or _is(one, "isQuantitativeReference", "quantitativeReference")
            ):
                continue
            flow = _text(one["flow"]["@id"])
            found[place] = Product(
                flow, self._flow_name(one), _amount(one), _unit(one), shares.get(flow, "")
            )
        return found

    def _shares(self, node: Node) -> dict[str, str]:
        """Flow -> its share, by the method that the process names."""
        method = node.get("defaultAllocationMethod")
        if method not in _SHARED:
            return {}
        return {
            _text(_node(one.get("product")).get("@id")): _text(one.get("value"))
            for one in _nodes(node.get("allocationFactors"))
            if one.get("allocationType") == method
        }

    def _exchange(self, process: str, place: Place, one: Node) -> None:
        kind, is_input = self._kind(one), _is(one, "isInput", "input")
        flow, amount = _text(one["flow"]["@id"]), _amount(one)
        uncertainty = _uncertainty(one.get("uncertainty"))
        if kind == "ELEMENTARY_FLOW":
            known = self.flows.get(flow, {})
            compartment = _category(known.get("category") or one["flow"].get("category"))
            name, cas = self._flow_name(one), _text(known.get("cas"))
            emitted = Emitted(
                place, name, cas, compartment, amount, _unit(one), uncertainty, is_input
            )
            self.building.emits(process, emitted)
            return
        self.building.stated.labels.setdefault(flow, self._flow_name(one))
        provider = _text(_node(one.get("defaultProvider")).get("@id"))
        # What is avoided is given: it is not made elsewhere.
        if _is(one, "isAvoidedProduct", "avoidedProduct"):
            amount = negative(amount)
        self.building.takes(process, Taken(place, flow, provider, amount, _unit(one), uncertainty))

    def _kind(self, one: Node) -> str:
        flow = one["flow"]
        known = self.flows.get(_text(flow["@id"]), {})
        return _text(known.get("flowType") or flow.get("flowType"))

    def _flow_name(self, one: Node) -> str:
        known = self.flows.get(_text(one["flow"]["@id"]), {})
        return _text(known.get("name") or one["flow"].get("name"))

    def _units(self, group: str, node: Node) -> None:
        for unit in _nodes(node.get("units")):
            factor = _decimal(unit.get("conversionFactor"))
            if factor is not None:
                self.building.stated.units[_text(unit.get("name"))] = FileUnit(group, factor)

    def _node(self, path: str, content: bytes) -> Node:
        try:
            loaded = cast(
                "object",
                json.loads(content, parse_float=str, parse_int=str, parse_constant=str),
            )
        except (ValueError, RecursionError) as error:
            raise MalformedPackage(f"{self.name}: {path} is no JSON that can be read.") from error
        found = _node(loaded)
        if not found:
            raise MalformedPackage(f"{self.name}: {path} is no object of openLCA's.")
        return found


def _node(value: object) -> Node:
    """An object; an empty one where it is something else."""
    return cast("Node", value) if isinstance(value, dict) else {}


def _nodes(value: object) -> list[Node]:
    """The objects of a list."""
    found = cast("list[object]", value) if isinstance(value, list) else []
    return [_node(cast("object", one)) for one in found if isinstance(one, dict)]


def _is(one: Node, *names: str) -> bool:
    """Whether it says so, by its name in either version of the schema."""
    return any(one.get(name) is True for name in names)


def _text(value: object) -> str:
    """A text; numbers were read as they are written."""
    return value.strip() if isinstance(value, str) else ""


def _amount(one: Node) -> str:
    return _text(one.get("amount"))


def _unit(one: Node) -> str:
    return _text(_node(one.get("unit")).get("name"))


def _category(value: object) -> str:
    """The path of a category; in version 1 it is an object with a name."""
    node = _node(value)
    path = node.get("categoryPath")
    above = cast("list[object]", path) if isinstance(path, list) else []
    return " ".join([_text(value), *map(_text, above), _text(node.get("name"))]).strip()


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(_text(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _uncertainty(value: object) -> str:
    """Half the 95 % interval over the amount; blank where it is not known."""
    node = _node(value)

    def number(name: str) -> float:
        return float(_text(node.get(name)) or "nan")

    match node.get("distributionType"):
        case "LOG_NORMAL_DISTRIBUTION":
            return of_log_normal(number("geomSd"))
        case "NORMAL_DISTRIBUTION":
            return of_normal(number("sd"), number("mean"))
        case "TRIANGLE_DISTRIBUTION":
            return of_triangular(number("minimum"), number("maximum"), number("mode"))
        case "UNIFORM_DISTRIBUTION":
            low, high = number("minimum"), number("maximum")
            return of_uniform(low, high, (low + high) / 2)
        case _:
            return ""
