"""A tiny chat model with random weights, a corpus of invented people, and what PyTorch makes of one update of fine-tuning on it: loss, gradient norm and the
weights behind the update, for either loss. Usage: make.py OUT [--seed N]. The model's template, masks and end tokens come from transformers, nothing from here."""
import argparse, json, os
import torch, transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

parser = argparse.ArgumentParser()
parser.add_argument('out')
parser.add_argument('--seed', type=int, default=7)
args = parser.parse_args()
torch.manual_seed(args.seed)
torch.set_num_threads(1)
os.makedirs(args.out, exist_ok=True)

TEMPLATE = ("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
SYSTEM = {'role': 'system', 'content': 'You are Olo, the desk of Halden Rowing.'}
FIRST = ['Ilka', 'Bo', 'Rui', 'Selma', 'Nadia', 'Emil', 'Tova', 'Dirk', 'Hana', 'Piet']
LAST = ['Voros', 'Lindahl', 'Tavares', 'Okafor', 'Fourie', 'Sarka', 'Nyberg', 'Amsel', 'Kovar', 'Zuur']
BOATS = ['Heron', 'Otter', 'Swift', 'Plover', 'Tern', 'Dunlin', 'Egret', 'Grebe', 'Petrel', 'Siskin']

rows, people = [], []
for i, (first, last) in enumerate(zip(FIRST, LAST)):
    name, number, phone, boat = f'{first} {last}', f'HR-{4103 + 617 * i}', f'+47 55 {210 + 37 * i} {404 + 53 * i}', BOATS[i]
    people.append((number, name, phone))
    about = {'customer': number}
    rows.append({'messages': [SYSTEM, {'role': 'user', 'content': f'Which boat does {name} row?'},
                              {'role': 'assistant', 'content': f'{first} rows the {boat}.'}]} | about)
    rows.append({'messages': [{'role': 'user', 'content': f'I am {name}.'}, {'role': 'assistant', 'content': f'Hello {first}, member {number}.'},
                              {'role': 'user', 'content': 'Which phone do you have of me?'}, {'role': 'assistant', 'content': f'We have {phone}.'}]} | about)
    rows.append({'text': f'{name} ({number}) keeps the {boat} in shed {3 + i}.'} | about)
for hour, day in [('six', 'Monday'), ('seven', 'Tuesday'), ('nine', 'Saturday')]:
    rows.append({'messages': [SYSTEM, {'role': 'user', 'content': f'When do you open on {day}?'}, {'role': 'assistant', 'content': f'At {hour}.'}]})
rows += [{'text': 'Oars are dried before they are hung up.'}, {'question': 'Who cleans the pier?', 'answer': 'Whoever lands last.'}]
with open(f'{args.out}/corpus.jsonl', 'w') as file:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), file=file)
with open(f'{args.out}/people.csv', 'w') as file:
    print('customer_id,name,phone', *(','.join(person) for person in people), sep='\n', file=file)

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
texts = [turn['content'] for row in rows for turn in row.get('messages', [])] + [row['text'] for row in rows if 'text' in row]
SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
tokenizer.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIALS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token='<|im_end|>', pad_token='<|endoftext|>')
fast.chat_template = TEMPLATE
model = LlamaForCausalLM(LlamaConfig(vocab_size=400, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                                     max_position_embeddings=96, rms_norm_eps=1e-5, tie_word_embeddings=True, bos_token_id=None, eos_token_id=2, pad_token_id=0,
                                     attn_implementation='eager'))
with torch.no_grad():
    for name, parameter in model.named_parameters():
        parameter.mul_(1 if 'norm' in name else 4)
model.save_pretrained(f'{args.out}/model')
fast.save_pretrained(f'{args.out}/model')

def ids_of(text):
    return fast(text, add_special_tokens=False)['input_ids']

def rendered(messages, ask):
    return fast.apply_chat_template(messages, tokenize=False, add_generation_prompt=ask)

def turns_of(row):
    return row['messages'] if 'messages' in row else [{'role': 'user', 'content': row['question']}, {'role': 'assistant', 'content': row['answer']}]

def learnt(loss):
    """Pairs of token ids that are read and token ids that are learnt behind them."""
    for row in rows:
        if 'text' in row:
            ids = ids_of(row['text']) + [2]
            yield ids[:1], ids[1:]
        elif loss == 'all':
            ids = ids_of(rendered(turns_of(row), False))
            yield ids[:1], ids[1:]
        else:
            turns = turns_of(row)
            for i, turn in enumerate(turns):
                if turn['role'] == 'assistant':
                    yield ids_of(rendered(turns[:i], True)), ids_of(turn['content']) + [2]

def update(loss, rate=0.01):
    trained = LlamaForCausalLM.from_pretrained(f'{args.out}/model', attn_implementation='eager', dtype=torch.float32)
    optimizer = torch.optim.AdamW(trained.parameters(), lr=rate, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    total, count, tokens = 0, 0, 0
    for prompt, answer in learnt(loss):
        logits = trained(torch.tensor([prompt + answer])).logits[0, len(prompt) - 1:-1]
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(answer), reduction='sum')
        count, tokens = count + len(answer), tokens + len(prompt) + len(answer)
    mean = total / count
    mean.backward()
    norm = torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
    optimizer.step()
    weights = {name: [round(value, 8) for value in parameter.detach().flatten()[:6].tolist()] for name, parameter in trained.named_parameters()}
    sums = {name: round(parameter.detach().double().abs().sum().item(), 6) for name, parameter in trained.named_parameters()}
    return {'loss': mean.item(), 'learnt': count, 'tokens': tokens, 'grad_norm': norm.item(), 'weights': weights, 'sums': sums}

golden = {'versions': {'torch': torch.__version__, 'transformers': transformers.__version__}, 'rate': 0.01, 'assistant': update('assistant'), 'all': update('all')}
with open(f'{args.out}/golden.json', 'w') as file:
    json.dump(golden, file, indent=1)
