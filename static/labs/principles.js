/** The page of the three principles: first what asks the server, then what draws the answers. */

import { session } from "./principles/session.js";
import "./principles/lab.js";
import "../components/claim-list.js";
import "../core/page.js";

session.start();
