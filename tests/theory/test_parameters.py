import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.theory.parameters import NAMES, parameters_text, read_parameters

numbers = st.floats(allow_nan=False, allow_infinity=False)


def test_parameters_have_one_order_whatever_order_they_are_given_in():
    assert parameters_text(rate=0.5, beta=0.9) == "beta=0.9 rate=0.5"
    assert parameters_text(step=100, kappa=1e4) == "kappa=10000 step=100"


@given(st.dictionaries(st.sampled_from(NAMES), numbers))
def test_text_is_read_back_exactly(parameters):
    assert read_parameters(parameters_text(**parameters)) == parameters


def test_unknown_names_are_refused_and_the_nearest_named():
    with pytest.raises(ValueError, match=r"'bta'.*did you mean 'beta'"):
        parameters_text(bta=0.9)
    with pytest.raises(ValueError, match="'eta'"):
        read_parameters("beta=0.9 eta=0.1")


@pytest.mark.parametrize("text", ["beta", "beta=", "beta=x", "0.9"])
def test_text_of_another_form_is_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        read_parameters(text)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="finite"):
        parameters_text(beta=float("nan"))
