// The page that the link in a verification mail opens.
import { mailedLink } from "../mailed-link";
import { t } from "../text";

mailedLink(() => ({ title: t("verify_link_title"), text: t("verify_link_text"), button: t("verify_link_button") }));
