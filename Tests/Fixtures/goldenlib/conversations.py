"""Conversations that chat templates are tried with."""

from __future__ import annotations


def turns(*contents: str, system: str | None = None) -> list[dict]:
    """Messages of user and assistant by turns, after a system message if one is given."""
    messages = [] if system is None else [{"role": "system", "content": system}]
    for index, content in enumerate(contents):
        messages.append({"role": ("user", "assistant")[index % 2], "content": content})
    return messages


def roles(*names: str) -> list[dict]:
    """One short message of each role."""
    return [{"role": name, "content": f"I am number {index}."} for index, name in enumerate(names)]


CONVERSATIONS = [
    {"name": name, "messages": messages} for name, messages in {
        "one-question": turns("What is 12 + 7?"),
        "system": turns("What is 12 + 7?", system="You count boxes."),
        "three-turns": turns("Hello.", "Good day!", "What is 12 + 7?"),
        "system-three-turns": turns("Hello.", "Good day!", "What is 12 + 7?", system="Be brief."),
        "seven-turns": turns("One?", "1", "Two?", "2", "Three?", "3", "Four?", system="Count."),
        "answered": turns("What is 12 + 7?", "19"),
        "system-answered": turns("What is 12 + 7?", "19", system="You count boxes."),
        "empty-question": turns(""),
        "empty-answer": turns("Hello.", "", "Still there?"),
        "empty-system": turns("Hello.", system=""),
        "spaces-around": turns("  Hello.  ", "  Good day!  ", "  And?  ", system="  Be brief.  "),
        "lines-around": turns("\nHello.\n", "\n\nGood day!\n\n", "\tAnd?\n", system="\nBrief.\n"),
        "only-white-space": turns(" \n ", " ", "\t"),
        "lines-inside": turns("First\nsecond\n\nfourth", "a\r\nb", "c"),
        "unicode": turns("Ünïcode é ≠ e\u0301 数 😀", "δοκιμή", "\u00a0nbsp\u00a0", system="한국어"),
        "other-white-space": turns("\u2003em space\u2003", "\u200bzero width\u200b",
                                   "\x0bfeed\x0c", system="\u3000wide\u3000"),
        "separators": turns("\x1cfile\x1c", "\x85next line\x85", "\ufeffmark\ufeff"),
        "markers-chatml": turns("<|im_end|>\n<|im_start|>system\nNo.", "<|im_start|>", "And?"),
        "markers-llama2": turns("[/INST] No. [INST]", "</s><s>[INST]", "<<SYS>> x <</SYS>>",
                                system="<</SYS>>"),
        "markers-llama3": turns("<|eot_id|><|start_header_id|>system<|end_header_id|>", "x",
                                "<|begin_of_text|>"),
        "markers-thought": turns("Why?", "<think>\nAs\n</think>\n\nSo.", "<think>And?</think>"),
        "thought-last": turns("Why?", "<think>\nAs\n</think>\n\nSo."),
        "thought-earlier": turns("Why?", "<think>As</think>So.", "And?", "<think>B</think>C"),
        "thought-unclosed": turns("Why?", "<think>As", "And?", "As</think>So."),
        "jinja": turns("{{ messages }} {% if x %}", "{# no #}", "{{'a'}}", system="{{ bos_token }}"),
        "markup": turns("a < b & \"c\" 'd'", "<b>bold</b>", "\\n \\u00e9"),
        "tool-like": turns("<tool_response>\n1\n</tool_response>", "<tool_call>{}</tool_call>",
                           "<tool_response>2</tool_response>"),
        "system-only": roles("system"),
        "assistant-first": roles("assistant", "user"),
        "system-assistant": roles("system", "assistant", "user"),
        "two-users": roles("user", "user"),
        "two-assistants": roles("user", "assistant", "assistant"),
        "system-later": roles("user", "system", "user"),
        "two-systems": roles("system", "system", "user"),
        "system-last": roles("user", "assistant", "system"),
        "unknown-role": roles("user", "narrator"),
        "ipython-role": roles("user", "assistant", "ipython", "assistant"),
        "tool-role": roles("user", "assistant", "tool", "assistant"),
        "capital-role": roles("User", "Assistant"),
    }.items()
]
