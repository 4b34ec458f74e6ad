// The page that the link in a password-reset mail opens.
import { mailedLink } from "../mailed-link";
import { t } from "../text";

mailedLink(() => ({ title: t("reset_link_title"), text: t("reset_link_text"), button: t("continue") }));
