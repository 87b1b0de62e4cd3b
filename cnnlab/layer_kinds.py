"""Three kinds of layers, by what becomes of speeds in them: those that weigh, bend, and do neither."""

import copy
import inspect

from .layer import Layer, call, changed, one_cell
from .r_operator import check_speed, product_backward_r, product_r


class Weighing(Layer):
    """A layer whose output is a product of its input and its weight, to which a bias may be added.

    So R is the product rule, of this layer's own forward and backward.
    """

    def forward_r(self, rx, rparameters):
        """Pass x through the weight's speed, and rx through the weight."""
        x, weight, rweight = self.recall(), self.parameters["weight"], rparameters["weight"]
        rbias = rparameters["bias"] if "bias" in self.parameters else None
        self._speeds = rx, rweight
        return product_r(self.product, x, rx, weight, rweight, rbias)

    @property
    def needs_dy(self):
        """Not if the input is data: its product with dy stays."""
        rx, _ = self.recall_speeds()
        return rx is not None

    def backward_r(self, dy, rdy):
        """Send dy back through the weight's speed, and rdy through the weight."""
        x, weight, (rx, rweight) = self.recall(), self.parameters["weight"], self.recall_speeds()
        if rx is None:
            twin = self.twin(self.parameters, x)
            twin.backward_parameters(rdy)
            self.r_gradients = twin.gradients
            return None
        rdx, *speeds = product_backward_r(self.gradients_of, dy, rdy, x, rx, weight, rweight)
        self.r_gradients = dict(zip(self.parameters, speeds, strict=True))
        return rdx

    def product(self, x, weight, bias):
        """Go forward with another weight and bias."""
        return self.twin({"weight": weight} if bias is None else {"weight": weight, "bias": bias}).forward(x)

    def gradients_of(self, dy, x, weight):
        """Go backward with another input and weight; return all gradients."""
        twin = self.twin({**self.parameters, "weight": weight}, x)
        return twin.backward(dy), *(twin.gradients[name] for name in self.parameters)

    def twin(self, parameters, x=None):
        """Make a layer like this one, with other parameters and another memory."""
        twin = copy.copy(self)
        twin.parameters, twin.gradients, twin._x = parameters, {}, x
        return twin


class Function(Layer):
    """A layer that learns nothing: a pair of functions, and the options of both.

    What the first function takes beside x, the layer takes to be made; the foremost may go by position. Until
    a subclass says otherwise, each output is a matter of the input at its own place. Then one slope serves
    both ways: R is the gradient, given rx in place of dy. And the slope stays, unless `gradient_r` says how
    it changes.
    """

    function = gradient = gradient_r = None

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if cls.function:
            parameters = [*inspect.signature(cls.function).parameters.values()][1:]
            parameters[:1] = [p.replace(kind=p.POSITIONAL_OR_KEYWORD) for p in parameters[:1]]
            cls.__signature__ = inspect.Signature(parameters)

    def __init__(self, *values, **named):
        super().__init__()
        given = type(self).__signature__.bind(*values, **named)
        given.apply_defaults()
        self.options = given.arguments

    def forward(self, x, *, train=False):
        """Apply the function."""
        return self.function(self.remember(x), **self.options)

    def backward(self, dy):
        """Apply its gradient."""
        return self.gradient(dy, self.recall(), **self.options)

    def backward_parameters(self, dy):
        """There are none."""

    def forward_r(self, rx, rparameters):
        """Apply the slope."""
        x = self.recall()
        rx = check_speed("rx", rx, "x", x)
        if self.needs_dy:
            self._speeds = (rx,)
        return self.gradient(rx, x, **self.options)

    @property
    def needs_dy(self):
        """Only where the slope changes."""
        return self.gradient_r is not None

    def backward_r(self, dy, rdy):
        """Apply the slope to rdy, and its change to dy."""
        if not self.needs_dy:
            return self.backward(rdy)
        return self.gradient_r(dy, rdy, self.recall(), *self.recall_speeds(), **self.options)

    def window(self, spatial):
        """One cell."""
        return one_cell(spatial)

    def __repr__(self):
        return call(self, **changed(self, self.options))


class Linear(Layer):
    """A layer that learns nothing and is linear, or would be if no entry overtook another.

    What is linear is its own R. Where entries are compared, complex numbers pass as pairs, a value and its
    speed, and lose nothing: real parts are compared, and imaginary parts are taken along.
    """

    needs_dy = False
    compares = False

    def forward_r(self, rx, rparameters):
        """Pass rx; where entries are compared, x + i rx, and read off the imaginary part."""
        x, twin = self.recall(), copy.copy(self)
        rx = check_speed("rx", rx, "x", x)
        return twin.forward(x + 1j * rx).imag.copy(order="K") if self.compares else twin.forward(rx)

    def backward_r(self, dy, rdy):
        """Send rdy back: what stays linear keeps its gradient."""
        return self.backward(rdy)
