/** Who was right about the drawings that were named. */

/** @typedef {{mlp: number, cnn: number}} Guess the class that each network found likeliest */
/** @typedef {{said: number | null, guess: Guess | null}} Round a drawing from its first stroke on: what it is, and what the
 * networks said of it last */
/** @typedef {{drawings: number, mlp: number, cnn: number, both: number, neither: number}} Tally */

/** @param {readonly Round[]} rounds @returns {Tally} */
export function tallied(rounds) {
  const tally = { drawings: 0, mlp: 0, cnn: 0, both: 0, neither: 0 };
  for (const { said, guess } of rounds) {
    if (said === null || !guess) continue;
    const [mlp, cnn] = [guess.mlp === said, guess.cnn === said];
    tally.drawings++;
    if (mlp) tally.mlp++;
    if (cnn) tally.cnn++;
    if (mlp && cnn) tally.both++;
    if (!mlp && !cnn) tally.neither++;
  }
  return tally;
}
