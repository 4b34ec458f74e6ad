-- Mail templates that a project words itself.

-- What a mail says besides its template: whose it is, in which language, in which colours.
-- name: mail_context :one
SELECT p.name, p.org_id, b.body AS branding_body, s.body AS mail_body, u.locale AS user_locale
FROM projects p
LEFT JOIN area_settings b ON b.project_id = p.id AND b.area = 'branding'
LEFT JOIN area_settings s ON s.project_id = p.id AND s.area = 'mail'
LEFT JOIN users u ON u.project_id = p.id AND u.id = :user_id
WHERE p.id = :project_id;

-- Every language of one.
-- name: mail_template_locales :many
-- row: mail_template_row
SELECT t.slug, t.locale, t.category, t.name, t.subject, t.body, t.version, t.updated_at
FROM mail_templates t
WHERE t.project_id = :project_id AND t.slug = :slug
ORDER BY t.locale
LIMIT 50;

-- All of a project; how many there may be is bounded when one is made.
-- name: mail_template_list :many
-- row: mail_template_row
SELECT t.slug, t.locale, t.category, t.name, t.subject, t.body, t.version, t.updated_at
FROM mail_templates t
WHERE t.project_id = :project_id
ORDER BY t.slug, t.locale
LIMIT :limit;

-- name: mail_template_get :one
-- row: mail_template_row
SELECT t.slug, t.locale, t.category, t.name, t.subject, t.body, t.version, t.updated_at
FROM mail_templates t
WHERE t.project_id = :project_id AND t.slug = :slug AND t.locale = :locale;

-- name: mail_template_count :one
SELECT COUNT(*) AS total
FROM mail_templates t
WHERE t.project_id = :project_id;

-- name: mail_template_put :exec
INSERT INTO mail_templates (project_id, slug, locale, category, name, subject, body, version, updated_at)
VALUES (:project_id, :slug, :locale, :category, :name, :subject, :body, 1, :now)
ON DUPLICATE KEY UPDATE category = VALUES(category), name = VALUES(name), subject = VALUES(subject), body = VALUES(body),
	version = version + 1, updated_at = VALUES(updated_at);

-- name: mail_template_delete :exec
DELETE FROM mail_templates
WHERE project_id = :project_id AND slug = :slug AND locale = :locale;

-- name: mail_template_delete_all :exec
DELETE FROM mail_templates WHERE project_id = :project_id;

-- name: mail_recipient :one
SELECT u.email, u.name
FROM users u
WHERE u.project_id = :project_id AND u.id = :id;
