/** The convolution lab's page: first what asks the server, then what draws the answers. */

import { session } from "./convolution/session.js";
import "./convolution/lab.js";
import "../components/claim-list.js";
import "../core/page.js";

session.start();
