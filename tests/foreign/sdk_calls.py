"""The calls that candidates make most, with whatever openai package the Python that runs this has. Knows nothing but
its environment; prints one JSON object, which is to be the same for every version of the package."""

import json
import os
import sys

import openai

QUESTION = sys.stdin.read()
TOOL = {
    "name": "refund",
    "description": "Pays an order back",
    "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
}
SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}

client = openai.OpenAI(max_retries=0)
asked = {"model": os.environ["OPENAI_MODEL"], "messages": [{"role": "user", "content": QUESTION}], "temperature": 0}
found = {}

whole = client.chat.completions.create(**asked)
found["chat"] = [whole.choices[0].message.content, whole.choices[0].finish_reason, whole.usage.total_tokens]
chunks = client.chat.completions.create(**asked, stream=True)
found["stream"] = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": SCHEMA}}
found["schema"] = sorted(
    json.loads(client.chat.completions.create(**asked, response_format=form).choices[0].message.content)
)
tools = [{"type": "function", "function": TOOL}]
message = client.chat.completions.create(**asked, tools=tools, tool_choice="required").choices[0].message
found["tool"] = [call.function.name for call in message.tool_calls]
found["response"] = client.responses.create(model=asked["model"], input=QUESTION, temperature=0).output_text
found["embedding"] = len(client.embeddings.create(model="embed", input="x").data[0].embedding)
found["models"] = sorted(model.id for model in client.models.list())
try:
    client.models.retrieve("large")
except openai.NotFoundError as problem:
    found["missing"] = problem.code
try:
    openai.OpenAI(max_retries=0, api_key="wrong").models.list()
except openai.AuthenticationError as problem:
    found["wrong key"] = problem.code
print(json.dumps(found))
