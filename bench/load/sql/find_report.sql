select from delivery_reports where id = $1
