"""One kernel over many segments: the loop is compiled, and calls the kernel by its address.

There is one loop for each signature of kernels, whatever their number, and numba keeps it as it keeps the kernels.
"""

from functools import cache
from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core.typing import Signature, signature
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

from ..feature import Kernel, kernel_function
from ..lightcurves import Floats, Integers
from .segments import Ragged, Segments


def applied(kernel: Kernel, segments: Segments) -> Floats:
    """What a kernel gives for each segment.

    Returns
    -------
    (segments, texts), NaN for a segment with fewer detections than the kernel needs, and for all where the segments
    lack one of its inputs.
    """
    out = np.full((len(segments), len(kernel.texts)), np.nan)
    chosen = np.flatnonzero(segments.counts >= kernel.minimum)
    if not chosen.size or any(name not in segments for name in kernel.inputs):
        return out
    inputs: list[Any] = [segments[name] for name in kernel.inputs]
    if hasattr(kernel.compute, "overloads") and all(isinstance(each, Ragged | np.ndarray) for each in inputs):
        arrays = [each.values if isinstance(each, Ragged) else each for each in inputs]
        arrays = [np.ascontiguousarray(each) for each in arrays]  # of which the addresses are taken
        kinds = [numba.from_dtype(each.dtype) for each in arrays]
        taken = tuple(
            types.Array(kind, 1, "C") if isinstance(each, Ragged) else kind
            for kind, each in zip(kinds, inputs, strict=True)
        )
        native = native_of(kernel.compute, taken)
        fill = LOOPS.get(native.gives)
        if fill is not None:
            offsets = [each.offsets.ctypes.data if isinstance(each, Ragged) else 0 for each in inputs]
            where = np.array([offsets, [each.ctypes.data for each in arrays]], dtype=np.int64).T.copy()
            fill(native, where, chosen, out)
            return out
    for segment in chosen.tolist():
        out[segment] = kernel.compute(*[each[segment] for each in inputs])
    return out


class Native(types.WrapperAddressProtocol):
    """A compiled function as numba passes one to another: its address and its signature.

    Parameters
    ----------
    compute : of numba; compiled here for ``taken`` unless it was before.
    taken : numba's types of its arguments.
    """

    def __init__(self, compute: Any, taken: tuple[Any, ...]) -> None:
        compute.compile(taken)
        found = compute.overloads[taken]
        self.gives = found.signature.return_type
        self._signature = signature(self.gives, *taken)
        self._address = found.library.get_pointer_to_function(found.fndesc.llvm_func_name)

    def __wrapper_address__(self) -> int:
        return int(self._address)

    def signature(self) -> Signature:
        """Types of what it takes and gives."""
        return self._signature


@cache
def native_of(compute: Any, taken: tuple[Any, ...]) -> Native:
    """A kernel for some types of arguments, looked up once."""
    return Native(compute, taken)


@intrinsic
def call(_: Any, kernel: Any, where: Any, segment: Any) -> tuple[Signature, Any]:
    """Call a kernel for one segment.

    ``where`` holds for each input the addresses of its offsets, 0 for numbers, and of its values.
    """
    kernel_signature = kernel.signature

    def code(context: Any, builder: Any, declared: Any, arguments: Any) -> Any:
        address = cgutils.create_struct_proxy(kernel)(context, builder, value=arguments[0]).c_addr
        table = make_array(where)(context, builder, arguments[1]).data
        integer = context.get_value_type(types.int64)
        given = []
        for place, taken in enumerate(kernel_signature.args):
            first, second = (builder.load(builder.gep(table, [ir.Constant(integer, 2 * place + k)])) for k in range(2))
            kind = taken.dtype if isinstance(taken, types.Array) else taken
            values = builder.inttoptr(second, context.get_data_type(kind).as_pointer())
            if not isinstance(taken, types.Array):
                given.append(context.unpack_value(builder, kind, builder.gep(values, [arguments[2]])))
                continue
            offsets = builder.inttoptr(first, integer.as_pointer())
            start = builder.load(builder.gep(offsets, [arguments[2]]))
            stop = builder.load(builder.gep(offsets, [builder.add(arguments[2], ir.Constant(integer, 1))]))
            item = ir.Constant(integer, context.get_abi_sizeof(context.get_data_type(kind)))
            array = make_array(taken)(context, builder)
            populate_array(
                array,
                data=builder.gep(values, [start]),
                shape=[builder.sub(stop, start)],
                strides=[item],
                itemsize=item,
                meminfo=None,
            )
            given.append(array._getvalue())
        convention = context.call_conv
        function = builder.bitcast(
            address, convention.get_function_type(kernel_signature.return_type, kernel_signature.args).as_pointer()
        )
        status, value = convention.call_function(
            builder, function, kernel_signature.return_type, kernel_signature.args, given
        )
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return value

    return kernel_signature.return_type(kernel, where, segment), code


@kernel_function
def fill_one(kernel: Any, where: Integers, chosen: Integers, out: Floats) -> None:
    """Fill (segments, 1) with the number that a kernel gives for each of the chosen segments."""
    for segment in chosen:
        out[segment, 0] = call(kernel, where, segment)


@kernel_function
def fill_row(kernel: Any, where: Integers, chosen: Integers, out: Floats) -> None:
    """Fill (segments, texts) with the array that a kernel gives for each of the chosen segments."""
    for segment in chosen:
        values = call(kernel, where, segment)
        if values.size != out.shape[1]:
            raise ValueError("a kernel gives one value for each of its columns")
        for place in range(values.size):
            out[segment, place] = values[place]


LOOPS = {types.float64: fill_one, types.Array(types.float64, 1, "C"): fill_row}
