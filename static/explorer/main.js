/** The explorer page: first what asks the server, then what draws the answers, then all around it. */

import { session } from "./session.js";
import "./stage.js";

// Once the first question is on its way, and no sooner: a browser has few connections to a server.
const around = () => {
  if (!session.busy && !session.view && !session.error) return;
  session.removeEventListener("update", around);
  import("./around.js");
};
session.addEventListener("update", around);
around();
