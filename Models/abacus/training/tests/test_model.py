"""The model and its files: the right size, one result however it is computed."""

import numpy
import pytest

torch = pytest.importorskip("torch")

from abacus_training.export import (
    configuration,
    read_safetensors,
    tokenizer_configuration,
    write_safetensors,
)
from abacus_training.generate import continuations
from abacus_training.model import Cache, Llama
from abacus_training.optimizer import Optimizers, orthonormalised
from abacus_training.packing import build_rows
from abacus_training.settings import Schedule, Shape
from abacus_training.tokenizer import train_tokenizer
from abacus_training.train import loss_of

SMALL = Shape(
    hidden_size=32, layer_count=2, head_count=4, key_value_head_count=2, head_size=8,
    intermediate_size=48,
)  # fmt: skip


@pytest.fixture
def model():
    torch.manual_seed(1)
    return Llama(SMALL).eval()


def whole(model, tokens):
    length = tokens.shape[1]
    mask = torch.ones(1, 1, length, length, dtype=torch.bool).tril()
    return model(tokens, torch.arange(length)[None], mask)


def test_the_full_model_has_six_and_a_half_million_parameters():
    assert 6.5e6 < sum(p.numel() for p in Llama().parameters()) < 6.6e6


def test_decoding_token_by_token_equals_the_whole_row(model):
    tokens = torch.randint(0, 1280, (1, 9))
    cache = Cache(SMALL, 1, 9, "cpu", torch.float32)
    for column in range(9):
        mask = torch.ones(1, 1, 1, column + 1, dtype=torch.bool)
        position = torch.tensor([[column]])
        logits = model.step(tokens[:, column : column + 1], position, mask, cache, column)
    assert torch.allclose(logits, whole(model, tokens)[:, -1], atol=1e-5)


def test_a_batch_of_unequal_prompts_continues_as_each_alone(model):
    tokenizer = train_tokenizer(seed=1)
    prompts = ["12 + 7 = ", "Question: Anna has 5 apples.", "9*"]
    together = continuations(model, tokenizer, prompts, 8)
    alone = [continuations(model, tokenizer, [prompt], 8)[0] for prompt in prompts]
    assert together == alone


def test_documents_of_a_row_do_not_see_each_other(model):
    tokens = torch.randint(3, 1280, (1, 10))
    numbers = torch.tensor([[1] * 5 + [2] * 5])
    weights = torch.tensor([[0.0] * 6 + [1.0] * 4])
    loss = loss_of(model, tokens, numbers, weights)
    changed = tokens.clone()
    changed[0, :5] = 7
    assert torch.allclose(loss, loss_of(model, changed, numbers, weights))
    alone = loss_of(model, tokens[:, 5:], numbers[:, 5:], weights[:, 5:])
    assert torch.allclose(loss, alone, atol=1e-6)


def test_a_few_steps_lower_the_loss():
    torch.manual_seed(1)
    model, schedule = Llama(SMALL), Schedule(tokens=2_000_000)
    rows = build_rows(train_tokenizer(seed=1), "arithmetic", 1, 128, 4_000)
    batch = (
        torch.from_numpy(rows.tokens[:8].astype(numpy.int64)),
        torch.from_numpy(rows.documents[:8].astype(numpy.int64)),
        torch.from_numpy(rows.weights[:8].astype(numpy.float32)),
    )
    optimizers, losses = Optimizers(model, schedule), []
    for _ in range(25):
        loss = loss_of(model, *batch)
        loss.backward()
        optimizers.step(factor=1.0)
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_orthonormalised_matrices_have_singular_values_near_one():
    values = torch.linalg.svdvals(orthonormalised(torch.randn(2, 24, 16)))
    assert values.min() > 0.5 and values.max() < 1.5


def test_the_rate_warms_up_stays_decays_and_rises_for_new_lessons():
    schedule = Schedule(tokens=8_192 * 1_000)
    assert schedule.rate(0) < schedule.rate(20) < schedule.rate(30) == 1.0
    assert schedule.rate(380) == 1.0 > schedule.rate(500) > schedule.rate(680)
    assert schedule.rate(680) < schedule.rate(700) and schedule.rate(775) < schedule.rate(790)
    assert 0 < schedule.rate(999) < 0.02


def test_weights_survive_the_file_up_to_bf16(model, tmp_path):
    path = tmp_path / "model.safetensors"
    write_safetensors(path, model.state_dict())
    stored = read_safetensors(path)
    assert set(stored) == set(model.state_dict())
    for name, tensor in model.state_dict().items():
        assert torch.equal(stored[name], tensor.bfloat16().float())


def test_transformers_computes_the_same_logits(model, tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.LlamaConfig(**configuration(SMALL))
    other = transformers.LlamaForCausalLM(config).eval()
    other.load_state_dict(model.state_dict())
    tokens = torch.randint(0, 1280, (2, 20))
    with torch.no_grad():
        assert torch.allclose(other(tokens).logits, whole(model, tokens), atol=1e-4)


def test_the_tokenizer_configuration_names_the_special_tokens():
    stored = tokenizer_configuration(SMALL)
    assert (stored["bos_token"], stored["eos_token"]) == ("<s>", "</s>")
