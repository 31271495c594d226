"""A graph with 32-bit weights to one with few bits: products with a constant become onnxruntime's MatMulNBits.

The output layer and the table of embeddings are one tensor, where the model ties them: the table is read out of the
quantised output layer, so that the widest weights of a small model are stored once.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from genfacet.errors import SettingsError
from genfacet_exporter.blocks import Blocks

Coarsen = Callable[[str, NDArray[np.float32]], Blocks]
"""Blocks of the weights (outputs, inputs) of a product by its name in the graph."""
_EMBEDDINGS = "/model/embed_tokens/"
_HEAD = "/lm_head/MatMul"
EXACT = 4
"""MatMulNBits computes with 8-bit inputs: the fastest of its ways, and the one that agreement is measured with."""


def quantise(graph: Path, out: Path, coarsen: Coarsen) -> None:
    """Writes the graph with coarse weights to a folder, as ``model.onnx`` and its data.

    Raises SettingsError where the graph has no output layer of a known name.
    """
    model = onnx.load(graph)
    constants = {constant.name: constant for constant in model.graph.initializer}
    turned = {node.output[0]: node.input[0] for node in model.graph.node if node.op_type == "Transpose"}
    nodes: list[Any] = []
    added: list[Any] = []
    replaced: set[str] = set()
    head: tuple[str, Blocks] | None = None
    for node in model.graph.node:
        weights = _weights(node, constants, turned) if node.op_type == "MatMul" else None
        if weights is None:
            nodes.append(node)
            continue
        name = node.input[1]
        blocks = coarsen(node.name, np.ascontiguousarray(weights))
        nodes.append(_product(node, name, blocks))
        added += _tensors(name, blocks)
        replaced.add(name)
        if node.name == _HEAD:
            head = name, blocks
    if head is None:
        raise SettingsError(f"{graph} has no output layer named {_HEAD}: no model of a known family")
    nodes, unused = _tied(nodes, constants, turned, added, *head)
    kept = [one for one in model.graph.initializer if one.name not in replaced | unused]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend([*kept, *added])
    write(model, out)


def _weights(node: Any, constants: dict[str, Any], turned: dict[str, str]) -> NDArray[np.float32] | None:
    """The weights (outputs, inputs) of a product; None where they are not constant."""
    name = node.input[1]
    if name in constants:
        return np.asarray(numpy_helper.to_array(constants[name]).T)
    source = constants.get(turned.get(name, ""))  # an output layer that is the table of embeddings, turned round
    return None if source is None else np.asarray(numpy_helper.to_array(source))


def halve(graph: Path, out: Path) -> None:
    """Writes the graph with weights, cache and logits in 16 bits to a folder: for GPUs, which compute in them."""
    from onnxruntime.transformers.float16 import convert_float_to_float16

    write(convert_float_to_float16(onnx.load(graph)), out)


def write(model: Any, out: Path) -> None:
    """Writes a graph to ``model.onnx`` of a folder, its weights beside it."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("model.onnx*"):
        old.unlink()
    onnx.save(model, out / "model.onnx", save_as_external_data=True, location="model.onnx.data", size_threshold=1024)
    for file in out.glob("model.onnx*"):
        file.chmod(0o644)  # the data are written for their owner alone, and a server is another one


def _product(node: Any, name: str, blocks: Blocks) -> Any:
    rows, width = blocks.codes.shape
    named = {"K": width, "N": rows, "bits": blocks.bits, "block_size": blocks.size, "accuracy_level": EXACT}
    inputs = [node.input[0], *(f"{name}{part}" for part in ("_codes", "_scales", "_zeros"))]
    return helper.make_node("MatMulNBits", inputs, list(node.output), node.name, domain="com.microsoft", **named)


def _tensors(name: str, blocks: Blocks) -> Iterator[Any]:
    rows, width = blocks.codes.shape
    count = width // blocks.size
    codes: np.ndarray[Any, Any] = blocks.codes
    zeros: np.ndarray[Any, Any] = blocks.zeros
    if blocks.bits == 4:  # two in a byte, the first one in its lower half
        codes = codes[:, 0::2] | (codes[:, 1::2] << 4)
        padded = np.zeros((rows, count + count % 2), np.uint8)
        padded[:, :count] = zeros
        zeros = padded[:, 0::2] | (padded[:, 1::2] << 4)
    arrays = {
        "_codes": codes.reshape(rows, count, -1),
        "_scales": blocks.scales.reshape(-1),
        "_zeros": zeros.reshape(-1),
    }
    for part, array in arrays.items():
        yield numpy_helper.from_array(np.ascontiguousarray(array), f"{name}{part}")


def _tied(
    nodes: list[Any], constants: dict[str, Any], turned: dict[str, str], added: list[Any], name: str, blocks: Blocks
) -> tuple[list[Any], set[str]]:
    """The nodes with the table of embeddings read out of the output layer, where they hold the same numbers; and the
    constants that are then unused."""
    gather = next((node for node in nodes if node.name == f"{_EMBEDDINGS}Gather"), None)
    if gather is None or not _is_tied(constants, turned, gather.input[0], name) or blocks.bits != 8:
        return nodes, set()
    rows, width = blocks.codes.shape
    added.append(numpy_helper.from_array(np.array([rows, width // blocks.size, 1], np.int64), "embeddings_shape"))
    added.append(numpy_helper.from_array(np.array([0, 0, width], np.int64), "embeddings_width"))
    index = gather.input[1]
    made = list(_lookup(name, index, gather.output[0]))
    kept: list[Any] = []
    for node in nodes:
        if node is gather:
            kept.extend(made)
        elif node.op_type != "Transpose" or {node.input[0], node.output[0]} & {name, gather.input[0]} == set():
            kept.append(node)
    return kept, {gather.input[0]} & constants.keys()


def _is_tied(constants: dict[str, Any], turned: dict[str, str], table: str, name: str) -> bool:
    """Whether the table of embeddings and the weights of the output layer are one: either may be the other, turned."""
    if turned.get(table) == name or turned.get(name) == table:
        return True
    if table not in constants or name not in constants:
        return False
    rows, columns = numpy_helper.to_array(constants[table]), numpy_helper.to_array(constants[name]).T
    return rows.shape == columns.shape and bool(np.array_equal(rows, columns))


def _lookup(name: str, index: str, output: str) -> Iterator[Any]:
    """Nodes that read the rows ``index`` of the quantised output layer: (codes - zeros) * scales."""
    at = _EMBEDDINGS
    yield helper.make_node("Gather", [f"{name}_codes", index], [f"{at}codes"], f"{at}GatherCodes", axis=0)
    yield helper.make_node("Cast", [f"{at}codes"], [f"{at}numbers"], f"{at}CastCodes", to=TensorProto.FLOAT)
    for part in ("scales", "zeros"):
        shaped, found = f"{at}{part}_shaped", f"{at}{part}"
        yield helper.make_node("Reshape", [f"{name}_{part}", "embeddings_shape"], [shaped], f"{shaped}_Reshape")
        yield helper.make_node("Gather", [shaped, index], [found], f"{found}_Gather", axis=0)
    yield helper.make_node("Cast", [f"{at}zeros"], [f"{at}zero"], f"{at}CastZeros", to=TensorProto.FLOAT)
    yield helper.make_node("Sub", [f"{at}numbers", f"{at}zero"], [f"{at}centred"], f"{at}Sub")
    yield helper.make_node("Mul", [f"{at}centred", f"{at}scales"], [f"{at}scaled"], f"{at}Mul")
    yield helper.make_node("Reshape", [f"{at}scaled", "embeddings_width"], [output], f"{at}Flat")
