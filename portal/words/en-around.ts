// English: what is done around a case: receipt, recipients, links, who looks after it; a refusal in part, an appeal.
export const enAround = {
  acts: {
    'refuse-part': {
      button: 'Refuse a part',
      title: 'Refuse a part of the request',
      lead: 'Some records stay, on a ground that the law knows; the others are unlearned. It takes two people, as a refusal of the whole does.',
      send: 'Refuse these records',
    },
    appeal: {
      button: 'The person appeals',
      title: 'The person appeals against the refusal',
      lead: 'Nothing is destroyed while the appeal is open. Somebody who had no part in the refusal decides it. Where a part was refused, the rest goes on.',
      send: 'Record the appeal',
    },
    'decide-appeal': {
      button: 'Decide the appeal',
      title: 'Decide the appeal',
      lead: 'You had no part in the refusal. If you grant the appeal, the case goes on where it was refused; records of a part come back to the others until these are admitted, and are a new case after that.',
      send: 'Decide',
    },
    expire: {
      button: 'No answer came',
      title: 'Close the case because no answer came',
      lead: 'The person was asked for something and never sent it. The filer may do this alone; anybody else needs a second person.',
      send: 'Close the case',
    },
    acknowledge: {
      button: 'Receipt was confirmed',
      title: 'The person was told that the request came in',
      lead: 'Some laws ask for this within days; the day may lie back.',
      send: 'Write it down',
    },
    'tell-recipient': {
      button: 'A recipient was told',
      title: 'A recipient of the data was told',
      lead: 'Those to whom the data was passed hear of its end, unless that is impossible or out of proportion.',
      send: 'Write it down',
    },
    assign: {
      button: 'Who looks after it',
      title: 'Who looks after this case',
      lead: 'It says who cares for the case; who may do what stays as it is.',
      send: 'Write it down',
    },
    link: {
      button: 'Link another case',
      title: 'Link another case',
      lead: 'Of the same person, or of the same matter.',
      send: 'Link',
    },
  },
  fields: {
    records: 'Numbers of the records',
    recordsHint: (n: number) => `As the request lists them, from 1 to ${n}, such as 1, 3. Not all of them.`,
    on: (zone: string) => `When (${zone})`,
    recipient: 'Recipient',
    how: 'How it went',
    ticket: 'Reference of the other case',
    assignee: 'Person',
    assigneeHint: 'As they sign in. Leave it empty, and nobody in particular does.',
    outcome: 'Decision',
  },
  proposals: { 'partly-refused': 'refuse a part of the request', expired: 'close the case for want of an answer' },
  lists: {
    moreActs: 'More to do around this case',
    expiries: { 'no-answer': 'no answer came', 'fee-not-paid': 'the fee was not paid' },
    toldHow: { told: 'told', 'not-possible': 'cannot be told, or only out of proportion' },
    appealOutcomes: { granted: 'granted: the request is carried out', upheld: 'the refusal stands' },
  },
};
