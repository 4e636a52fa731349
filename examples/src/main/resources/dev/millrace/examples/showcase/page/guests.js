// The buttons that make traffic.

import {say} from './draw.js';

/** Asks the server to do something; what it says, or why it will not. */
export async function post(path) {
  try {
    const answer = await fetch(path, {method: 'POST'});
    return {isDone: answer.ok, text: await answer.text()};
  } catch {
    return {isDone: false, text: 'The server does not answer.'};
  }
}

export function guests(form, said) {
  const field = form.elements.count;
  form.addEventListener('submit', (event) => event.preventDefault());
  for (const button of form.querySelectorAll('button[data-deed]')) {
    button.addEventListener('click', async () => {
      const n = Math.min(100, Math.max(1, Math.round(field.valueAsNumber || 1)));
      field.value = n;
      const {isDone, text} = await post(`${button.dataset.deed}?count=${n}`);
      say(said, isDone ? JSON.parse(text).said : text.trim());
    });
  }
}
