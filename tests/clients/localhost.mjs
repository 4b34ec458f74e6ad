// localhost is 127.0.0.1 here, where the tests' servers listen; Node may try ::1 first.
import dns from "node:dns";
dns.setDefaultResultOrder("ipv4first");
