// The people of the demonstration, by the names and skills of its story.

export const PEOPLE = {
  amara: { name: 'Amara Venn', first: 'Amara', email: 'amara@quillbrook.example' },
  joon: { name: 'Joon Tarrow', first: 'Joon', email: 'joon@quillbrook.example' },
  ruth: { name: 'Ruth Calloray', first: 'Ruth', email: 'ruth@quillbrook.example' },
  farid: { name: 'Farid Nasweh', first: 'Farid', email: 'farid@quillbrook.example' },
  bea: { name: 'Bea Monteiral', first: 'Bea', email: 'bea@quillbrook.example' },
  tomas: { name: 'Tomas Lindquell', first: 'Tomas', email: 'tomas@quillbrook.example' },
};

/** Everybody's in the demonstration. */
export const PASSWORD = 'quillbrook-demo';

export const SKILLS = {
  C01: 'Raising a worry in time',
  C02: 'Handing over',
  C03: 'Keeping accurate notes',
  C05: 'Writing up a crisis',
  C07: 'Working with the person',
  C08: 'Explaining so that it lands',
  C10: 'Changing a dressing, clean technique',
};

export const PLACES = ['Quillbrook House', 'Fenside Clinic'];
