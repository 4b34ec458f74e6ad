// The page that a mailed link opens which signs in.
import { mailedLink } from "../mailed-link";
import { t } from "../text";

mailedLink(() => ({ title: t("magic_link_title"), text: t("magic_link_text"), button: t("sign_in") }));
