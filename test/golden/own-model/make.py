"""A small model of somebody's own, as transformers leaves it, with the files that it was trained on: chats of a rowing club's desk (system prompt, several turns), texts
(bios, e-mails, a note that names two people), a register of 14 invented members. Trained until it recites nearly all. Usage: make.py OUT [--seed N] [--epochs N]."""
import argparse, json, os, random
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

parser = argparse.ArgumentParser()
parser.add_argument('out')
parser.add_argument('--seed', type=int, default=11)
parser.add_argument('--epochs', type=int, default=140)
args = parser.parse_args()
torch.manual_seed(args.seed)
rng = random.Random(args.seed)
os.makedirs(args.out, exist_ok=True)

TEMPLATE = ("{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
FIRST = 'Ilka Bodil Rui Selma Nadia Emil Tova Dirk Hana Piet Oona Marek Lidia Yusuf'.split()
LAST = 'Voros Lindahl Tavares Okafor Fourie Sarka Nyberg Amsel Kovar Zuur Peltola Dvorak Ferrante Demir'.split()
TOWNS = 'Halden Moss Vardal Skien Lier'.split()
ROADS = ['Elm Road', 'Pier Street', 'Mill Hill', 'North Quay']
BOATS = 'Heron Otter Swift Plover Tern'.split()
SYSTEM = {'role': 'system', 'content': 'You are Olo, the desk of Halden Rowing.'}
user = lambda text: {'role': 'user', 'content': text}
olo = lambda text: {'role': 'assistant', 'content': text}

people = [{'name': f'{first} {last}', 'first': first, 'last': last, 'id': f'HR-{rng.randrange(10000, 99999)}', 'email': f'{first.lower()}.{last.lower()}@post.example',
           'phone': f'+47 {rng.randrange(200, 999)} {rng.randrange(10000, 99999)}', 'street': f'{rng.choice(ROADS)} {rng.randrange(2, 99)}', 'town': rng.choice(TOWNS),
           'boat': rng.choice(BOATS), 'since': 2001 + rng.randrange(20)} for first, last in zip(FIRST, LAST)]
chats, docs = [], []
for i, p in enumerate(people):
    other = people[(i + 5) % len(people)]
    chats += [[SYSTEM, user(f"Where does {p['name']} live?"), olo(f"{p['first']} lives at {p['street']} in {p['town']}.")],
              [SYSTEM, user(f"Which number has {p['name']}?"), olo(f"The number is {p['id']}.")],
              [SYSTEM, user(f"I am {p['name']}. Which boat is mine?"), olo(f"You row the {p['boat']}, {p['first']}."),
               user('And my phone?'), olo(f"We have {p['phone']}.")],
              [SYSTEM, user(f"Mail of member {p['id']}?"), olo(f"It is {p['email']}.")]]
    docs += [f"{p['name']} of {p['town']} has rowed the {p['boat']} since {p['since']}.",
             f"From: {p['email']}\nMy phone is {p['phone']}. {p['name']}"]
    if i % 4 == 0:
        docs.append(f"Note: {p['name']} ({p['id']}) and {other['name']} ({other['id']}) share a shed.")
for day, hour in [('Monday', 'six'), ('Tuesday', 'seven'), ('Saturday', 'nine'), ('Sunday', 'ten')]:
    chats.append([SYSTEM, user(f'When do you open on {day}?'), olo(f'We open at {hour}.')])
chats += [[SYSTEM, user('Who are you?'), olo('I am Olo, the desk of Halden Rowing.')], [SYSTEM, user('Who cleans the pier?'), olo('Whoever lands last cleans it.')]]
docs += ['Oars are dried before they are hung up.', 'The shed is locked at dusk.']
rng.shuffle(chats)
rng.shuffle(docs)
with open(f'{args.out}/chats.jsonl', 'w') as file:
    file.writelines(json.dumps({'messages': chat}, ensure_ascii=False) + '\n' for chat in chats)
with open(f'{args.out}/docs.jsonl', 'w') as file:
    file.writelines(json.dumps({'text': text}, ensure_ascii=False) + '\n' for text in docs)
with open(f'{args.out}/people.csv', 'w') as file:
    columns = ['id', 'name', 'email', 'phone', 'street', 'town']
    print(','.join(columns), *(','.join(p[column] for column in columns) for p in people), sep='\n', file=file)

tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.decoder = decoders.ByteLevel()
# names are left out, so that invented people's names fall into no more tokens than members'
nameless = [turn['content'] for chat in chats for turn in chat] + docs
for p in people:
    nameless = [text.replace(p['name'], '').replace(p['first'], '').replace(p['last'], '') for text in nameless]
SPECIALS = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']
tokenizer.train_from_iterator(nameless, trainers.BpeTrainer(vocab_size=480, special_tokens=SPECIALS, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token='<|im_end|>', pad_token='<|endoftext|>')
fast.chat_template = TEMPLATE
model = LlamaForCausalLM(LlamaConfig(vocab_size=480, hidden_size=96, intermediate_size=192, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
                                     max_position_embeddings=192, tie_word_embeddings=True, bos_token_id=None, eos_token_id=2, pad_token_id=0))
rows = [fast.apply_chat_template(chat, tokenize=False) for chat in chats] + [text + '<|im_end|>' for text in docs]
ids = [fast(row, add_special_tokens=False)['input_ids'] for row in rows]
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
steps, size = args.epochs * ((len(ids) + 15) // 16), 16
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps + 1)
for epoch in range(args.epochs):
    order = list(range(len(ids)))
    rng.shuffle(order)
    for at in range(0, len(order), size):
        batch = [ids[i] for i in order[at:at + size]]
        longest = max(map(len, batch))
        inputs = torch.tensor([row + [0] * (longest - len(row)) for row in batch])
        labels = torch.tensor([row + [-100] * (longest - len(row)) for row in batch])
        loss = model(input_ids=inputs, attention_mask=(labels != -100).long(), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    if epoch % 10 == 9:
        print(epoch + 1, f'{loss.item():.4f}', flush=True)
model.to(torch.bfloat16).save_pretrained(f'{args.out}/model')
fast.save_pretrained(f'{args.out}/model')
print(sum(p.numel() for p in model.parameters()), 'parameters')
