/** The explorer page: the session is under way already (see session.js); this draws it. */

import { session } from "./session.js";
import "./stage.js";

// The rest can wait until there is something to look at.
session.addEventListener("update", function rest() {
  if (!session.view) return;
  session.removeEventListener("update", rest);
  requestAnimationFrame(() => {
    session.list();
    import("../components/picture-picker.js");
    import("./take-menu.js");
  });
});
