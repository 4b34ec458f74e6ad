-- How a project's own pages look.

-- name: branding_get :one
SELECT p.client_id, b.body, b.version, l.body_digest AS logo_digest, s.body_digest AS css_digest, s.body AS css
FROM projects p
LEFT JOIN area_settings b ON b.project_id = p.id AND b.area = 'branding'
LEFT JOIN assets l ON l.project_id = p.id AND l.owner_id = p.id AND l.kind = 'logo'
LEFT JOIN assets s ON s.project_id = p.id AND s.owner_id = p.id AND s.kind = 'css'
WHERE p.id = :project_id;
