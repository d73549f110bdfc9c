"""Importance: the difference it is defined as, its bounds, and what it is asked about."""

import numpy
import pytest

from abacus_training.importance import Lens, digit_questions, log_softmax

WIDTH, VOCABULARY, NEURONS, TOKEN = 12, 30, 9, 4


@pytest.fixture
def layer():
    source = numpy.random.default_rng(1)
    return {
        "head": source.normal(size=(VOCABULARY, WIDTH)),
        "gain": source.normal(size=WIDTH),
        "values": source.normal(size=(NEURONS, WIDTH)),
        "stream": source.normal(size=WIDTH),
        "coefficients": source.normal(size=NEURONS),
        "final": source.normal(size=WIDTH),
    }


def importance(layer):
    lens = Lens(layer["head"], layer["gain"], 1e-5)
    scale = lens.scale(layer["final"])
    projected = lens.project(layer["values"])
    scores = lens.importance(layer["stream"], layer["coefficients"], projected, scale, TOKEN)
    return scores, projected, scale


def test_it_is_the_rise_of_the_log_probability_when_a_neuron_is_added(layer):
    scores, _, scale = importance(layer)

    def through_the_lens(stream):
        logits = layer["head"] @ (layer["gain"] * stream) * scale
        return numpy.log(numpy.exp(logits[TOKEN]) / numpy.exp(logits).sum())

    before = through_the_lens(layer["stream"])
    for neuron in range(NEURONS):
        added = layer["coefficients"][neuron] * layer["values"][neuron]
        assert scores[neuron] == pytest.approx(through_the_lens(layer["stream"] + added) - before)


def test_the_scale_is_the_reciprocal_root_mean_square(layer):
    _, _, scale = importance(layer)
    expected = 1 / numpy.sqrt((layer["final"] ** 2).mean() + 1e-5)
    assert scale == pytest.approx(expected)


def test_it_lies_between_the_first_order_and_the_curvature_bound(layer):
    scores, projected, scale = importance(layer)
    before = scale * (layer["head"] * layer["gain"]) @ layer["stream"]
    chances = numpy.exp(log_softmax(before))
    pushes = layer["coefficients"][:, None] * scale * projected
    first_order = pushes[:, TOKEN] - pushes @ chances
    spread = pushes.max(axis=1) - pushes.min(axis=1)
    assert (scores <= first_order + 1e-9).all()
    assert (scores >= first_order - spread**2 / 8 - 1e-9).all()


def test_every_digit_is_asked_for_with_the_digits_before_it():
    cases = [{"prompt": "5 + 8 = ", "answer": "13"}, {"prompt": "2*4=", "answer": "8"}]
    assert [(question.prompt, question.token) for question in digit_questions(cases)] == [
        ("5 + 8 = ", "1"),
        ("5 + 8 = 1", "3"),
        ("2*4=", "8"),
    ]
