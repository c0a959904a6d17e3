/** The explorer page: the session is under way already (see session.js); this draws it. */

import { networks } from "../core/api.js";
import { session } from "./session.js";
import "./stage.js";

// The list of networks can wait until there is something to look at.
session.addEventListener("update", function list() {
  if (!session.view) return;
  session.removeEventListener("update", list);
  networks().then(
    (cards) => session.setCards(cards),
    () => {}, // the network in use is in the list anyway
  );
});
