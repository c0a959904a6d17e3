/** The explorer page: first what asks the server, then what draws the answers. */

import "./session.js";
import "./stage.js";
